package io.unipin.benchmarks.rival;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtGradientCollector;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.optimizer.Optimizer;
import io.unipin.model.Torch;
import io.unipin.model.files.FloatTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rival model for retrieval under training: a {@link SequenceProgram} in libtorch, and AdamW. Not
 * thread-safe. A process trains at most one model at a time, as with
 * {@link io.unipin.model.TrainingModel}.
 */
final class SequenceModel implements AutoCloseable {
  private static final float WEIGHT_DECAY = 0.01f;
  private static final float BETA2 = 0.98f;

  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final Optimizer decaying = optimizer(WEIGHT_DECAY);
  private final Optimizer steady = optimizer(0);
  private float rate;

  /**
   * Loads a program with its tensors.
   *
   * @param seed seed of dropout
   */
  SequenceModel(
      SequenceKind kind, SequenceShape shape, Map<String, FloatTensor> tensors, long seed) {
    this.manager = Torch.newManager();
    this.block = load(manager, kind, shape, tensors);
    JniUtils.setSeed(seed);
    block
        .getDirectParameters()
        .forEach(each -> weights.put(each.getKey(), each.getValue().getArray()));
    weights.values().forEach(weight -> weight.setRequiresGradient(true));
  }

  private static PtSymbolBlock load(
      PtNDManager manager,
      SequenceKind kind,
      SequenceShape shape,
      Map<String, FloatTensor> tensors) {
    boolean loaded = false;
    try {
      Path archive = Files.createTempFile("unipin-rival", ".pt");
      PtSymbolBlock block;
      try {
        SequenceProgram.write(archive, kind, shape, tensors);
        block = JniUtils.loadModule(manager, archive, true, new String[0], new String[0], true);
      } finally {
        Files.deleteIfExists(archive);
      }
      loaded = true;
      return block;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!loaded) {
        manager.close();
      }
    }
  }

  private Optimizer optimizer(float decay) {
    return Optimizer.adamW()
        .optLearningRateTracker((parameter, updates) -> rate)
        .optBeta2(BETA2)
        .optWeightDecays(decay)
        .build();
  }

  /**
   * Makes one step of AdamW and returns the loss, in nats per target.
   *
   * @param batch a batch with targets
   * @param negatives items that compete with the targets; empty for all items
   */
  float step(SequenceBatch batch, long[] negatives, float learningRate, float dropout) {
    rate = learningRate;
    try (NDManager scope = manager.newSubManager()) {
      float value;
      try (PtGradientCollector collector = new PtGradientCollector()) {
        NDArray loss = loss(scope, batch, negatives, dropout);
        collector.backward(loss);
        value = loss.getFloat();
      }
      JniUtils.setGradMode(false);
      for (Map.Entry<String, NDArray> weight : weights.entrySet()) {
        NDArray gradient = weight.getValue().getGradient();
        gradient.attach(scope);
        Optimizer optimizer = SequenceProgram.decays(weight.getKey()) ? decaying : steady;
        optimizer.update(weight.getKey(), weight.getValue(), gradient);
        gradient.muli(0);
      }
      return value;
    }
  }

  /** Returns the loss of a batch without dropout. Changes nothing. */
  float loss(SequenceBatch batch, long[] negatives) {
    JniUtils.setGradMode(false);
    try (NDManager scope = manager.newSubManager()) {
      return loss(scope, batch, negatives, 0).getFloat();
    }
  }

  private NDArray loss(NDManager scope, SequenceBatch batch, long[] negatives, float dropout) {
    NDList arguments = arguments(scope, batch, dropout);
    arguments.add(scope.create(batch.targets()));
    arguments.add(scope.create(negatives, new Shape(negatives.length)));
    int items = Math.toIntExact(weight("item").getShape().get(0));
    float correction =
        negatives.length == 0 ? 0 : (float) Math.log((double) items / negatives.length);
    arguments.add(scope.create(new float[] {correction}));
    return run(scope, "loss", arguments);
  }

  /** Returns the queries (positions, width) at the batch's positions. */
  float[][] queries(SequenceBatch batch) {
    JniUtils.setGradMode(false);
    try (NDManager scope = manager.newSubManager()) {
      float[] all = run(scope, "queries", arguments(scope, batch, 0)).toFloatArray();
      float[][] queries = new float[batch.at().length][];
      int width = all.length / queries.length;
      for (int q = 0; q < queries.length; q++) {
        queries[q] = Arrays.copyOfRange(all, q * width, (q + 1) * width);
      }
      return queries;
    }
  }

  private static NDList arguments(NDManager scope, SequenceBatch batch, float dropout) {
    Shape shape = new Shape(batch.rows(), batch.length());
    return new NDList(
        scope.create(batch.items(), shape),
        scope.create(batch.positions(), shape),
        scope.create(batch.seconds(), shape),
        scope.create(batch.at()),
        scope.create(new float[] {dropout}));
  }

  private NDArray run(NDManager scope, String method, NDList arguments) {
    NDArray selector = scope.newSubManager(Device.cpu()).create(0f);
    selector.setName("module_method:" + method);
    arguments.add(selector);
    JniUtils.setGraphExecutorOptimize(false);
    NDArray result = IValueUtils.forward(block, arguments, true).singletonOrThrow();
    result.attach(scope);
    return result;
  }

  private NDArray weight(String name) {
    NDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("no weight " + name);
    }
    return weight;
  }

  /** Returns the vectors of all items: (items, width). */
  float[] items() {
    return weight("item").toFloatArray();
  }

  /** Returns a copy of all tensors. */
  Map<String, FloatTensor> copy() {
    Map<String, FloatTensor> copy = new LinkedHashMap<>();
    weights.forEach(
        (name, weight) ->
            copy.put(name, FloatTensor.of(weight.toFloatArray(), weight.getShape().getShape())));
    return copy;
  }

  /** Restores the tensors of an earlier {@link #copy()}. */
  void restore(Map<String, FloatTensor> copy) {
    JniUtils.setGradMode(false);
    copy.forEach((name, tensor) -> weight(name).set(tensor.toArray()));
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
