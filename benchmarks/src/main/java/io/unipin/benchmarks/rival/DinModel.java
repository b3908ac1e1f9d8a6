package io.unipin.benchmarks.rival;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.pytorch.engine.PtGradientCollector;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.unipin.model.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A deep interest network (Zhou et al., "Deep Interest Network for Click-Through Rate Prediction",
 * arXiv 1706.06978). Not thread-safe. A process has at most one such model, as with
 * {@link io.unipin.model.TrainingModel}.
 *
 * <p>For each action of the history, a small network computes a weight from the action and the
 * candidate. The weighted sum of the actions, which is not normalised, is one feature of the
 * candidate. The other features are the history's plain mean, the candidate and the surface.
 */
final class DinModel implements AutoCloseable {
  private static final int WIDTH = 32;
  private static final int SURFACE_WIDTH = 8;
  private static final int ATTENTION = 36;
  private static final int WIDE = 80;
  private static final int NARROW = 40;
  private static final float DROPOUT = 0.2f;
  private static final float EMBEDDING_SCALE = 0.05f;
  private static final float RATE = 0.001f;

  /** A text that changes whenever the sizes of the model change. */
  static final String DESCRIPTION =
      "widths %s, %s, %s, %s, %s, dropout %s, learning rate %s"
          .formatted(WIDTH, SURFACE_WIDTH, ATTENTION, WIDE, NARROW, DROPOUT, RATE);

  private static final Loss LOSS = Loss.sigmoidBinaryCrossEntropyLoss();

  private final int actions;
  private final NDManager manager = Torch.newManager();
  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final Optimizer optimizer =
      Optimizer.adam().optLearningRateTracker(Tracker.fixed(RATE)).build();

  DinModel(int items, int actions, int surfaces, long seed) {
    this.actions = actions;
    JniUtils.setSeed(seed);
    Random random = new Random(seed);
    weight("item", random, EMBEDDING_SCALE, items, WIDTH);
    weight("action", random, EMBEDDING_SCALE, actions, WIDTH);
    weight("surface", random, EMBEDDING_SCALE, surfaces, SURFACE_WIDTH);
    layer("attention", random, 4 * WIDTH, ATTENTION);
    layer("weight", random, ATTENTION, 1);
    layer("wide", random, 3 * WIDTH + SURFACE_WIDTH, WIDE);
    layer("narrow", random, WIDE, NARROW);
    layer("out", random, NARROW, actions);
  }

  private void layer(String name, Random random, int in, int out) {
    weight(name, random, (float) Math.sqrt(1.0 / in), out, in);
    weight(name + "_bias", random, 0, out);
  }

  private void weight(String name, Random random, float scale, long... shape) {
    Shape size = new Shape(shape);
    float[] values = new float[(int) size.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    NDArray weight = manager.create(values, size);
    weight.setRequiresGradient(true);
    weights.put(name, weight);
  }

  private NDArray get(String name) {
    NDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight " + name);
    }
    return weight;
  }

  /**
   * Makes one step of Adam and returns the loss: the cross-entropies, added up over the actions and
   * averaged over the rows.
   */
  float step(DinRows.Batch batch) {
    try (NDManager scope = manager.newSubManager()) {
      float value;
      try (PtGradientCollector collector = new PtGradientCollector()) {
        NDArray logits = logits(scope, batch, true);
        NDArray labels = scope.create(batch.labels(), logits.getShape());
        NDArray mean = LOSS.evaluate(new NDList(labels), new NDList(logits));
        NDArray loss = mean.mul(actions);
        collector.backward(loss);
        value = loss.getFloat();
      }
      JniUtils.setGradMode(false);
      for (Map.Entry<String, NDArray> weight : weights.entrySet()) {
        NDArray gradient = weight.getValue().getGradient();
        gradient.attach(scope);
        optimizer.update(weight.getKey(), weight.getValue(), gradient);
        gradient.muli(0);
      }
      return value;
    }
  }

  /** Returns the probability of each action for each row: (rows, actions). */
  float[] probabilities(DinRows.Batch batch) {
    JniUtils.setGradMode(false);
    try (NDManager scope = manager.newSubManager()) {
      return Activation.sigmoid(logits(scope, batch, false)).toFloatArray();
    }
  }

  private NDArray logits(NDManager scope, DinRows.Batch batch, boolean training) {
    int rows = batch.rows();
    int n = batch.n();
    NDArray known = scope.create(batch.known(), new Shape(rows, n, 1));
    NDArray bits = scope.create(batch.actions(), new Shape(rows, n, actions));
    NDArray history =
        embedding(scope, "item", batch.items(), rows, n).add(bits.matMul(get("action")));
    NDArray candidate = embedding(scope, "item", batch.candidates(), rows);
    NDArray beside = candidate.expandDims(1).broadcast(new Shape(rows, n, WIDTH));
    NDArray pairs =
        NDArrays.concat(new NDList(history, beside, history.sub(beside), history.mul(beside)), -1);
    NDArray weight = linear(Activation.relu(linear(pairs, "attention")), "weight").mul(known);
    int[] overActions = {1};
    NDArray interest = history.mul(weight).sum(overActions);
    NDArray mean = history.mul(known).sum(overActions).div(known.sum(overActions).maximum(1));
    NDArray surface = embedding(scope, "surface", batch.surfaces(), rows);
    NDArray x = NDArrays.concat(new NDList(interest, mean, candidate, surface), -1);
    x = hidden(hidden(x, "wide", training), "narrow", training);
    return linear(x, "out");
  }

  private NDArray hidden(NDArray x, String name, boolean training) {
    return Dropout.dropout(Activation.relu(linear(x, name)), DROPOUT, training).singletonOrThrow();
  }

  private NDArray linear(NDArray x, String name) {
    return Linear.linear(x, get(name), get(name + "_bias")).singletonOrThrow();
  }

  private NDArray embedding(NDManager scope, String name, long[] rows, long... shape) {
    NDArray index = scope.create(rows, new Shape(shape));
    NDArray found = Embedding.embedding(index, get(name), SparseFormat.DENSE).singletonOrThrow();
    found.attach(scope);
    return found;
  }

  /** Returns a copy of all weights. */
  Map<String, float[]> copy() {
    Map<String, float[]> copy = new LinkedHashMap<>();
    weights.forEach((name, weight) -> copy.put(name, weight.toFloatArray()));
    return copy;
  }

  /** Restores the weights of an earlier {@link #copy()}. */
  void restore(Map<String, float[]> copy) {
    JniUtils.setGradMode(false);
    copy.forEach((name, values) -> get(name).set(values));
  }

  @Override
  public void close() {
    manager.close();
  }
}
