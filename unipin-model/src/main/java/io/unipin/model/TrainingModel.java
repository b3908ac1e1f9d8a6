package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtGradientCollector;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.engine.NativeMemory;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import io.unipin.model.files.Safetensors;
import io.unipin.model.files.Weights;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model under training: weights, their gradients and the optimiser's moments.
 *
 * <p>Not thread-safe. A process may train only one model, because DJL collects gradients for the
 * whole process.
 */
public final class TrainingModel implements AutoCloseable {
  private static final int STEPS_BETWEEN_TRIMS = 200;

  private final ModelConfig config;
  private final TorchModule module;
  private final Map<String, FloatTensor> buffers = new LinkedHashMap<>();
  private final Map<String, PtNDArray> parameters;
  private final AdamW optimiser;
  private final boolean card;
  private final LossArguments.Classes classes;

  /**
   * Creates a model that starts with the weights of a module.
   *
   * @param moments moments with which the optimiser starts; if there are none, it starts with zeros
   * @param card whether to compute as on a card; tests also set this on the processor
   */
  private TrainingModel(
      ModelConfig config,
      Weights weights,
      Map<String, FloatTensor> moments,
      TorchModule module,
      boolean card) {
    LossArguments.requireDeclared();
    this.config = config;
    Program.BUFFERS.forEach(name -> buffers.put(name, weights.get(name)));
    this.module = module;
    this.parameters = module.tensors();
    parameters.keySet().removeIf(name -> !Program.isUsed(name, config));
    for (PtNDArray parameter : parameters.values()) {
      parameter.setRequiresGradient(true);
    }
    this.card = card;
    this.classes = new LossArguments.Classes(module.manager(), config.contentDim());
    this.optimiser = new AdamW(module, parameters, card);
    if (!moments.isEmpty()) {
      optimiser.resume(moments);
    }
  }

  private static TrainingModel load(
      ModelConfig config,
      Weights weights,
      EngineOptions options,
      boolean card,
      Map<String, FloatTensor> moments) {
    return TorchModule.load(Program.Use.TRAINING, config, weights, options)
        .handTo(module -> new TrainingModel(config, weights, moments, module, card));
  }

  /** Creates a model with random weights. */
  public static TrainingModel create(ModelConfig config, long seed, EngineOptions options) {
    return of(config, Weights.random(config, seed), options);
  }

  static TrainingModel of(ModelConfig config, Weights weights) {
    return of(config, weights, EngineOptions.cpu());
  }

  /** Creates a model that computes on the processor as on a card. For tests. */
  static TrainingModel asOnCard(ModelConfig config, Weights weights) {
    return load(config, weights, EngineOptions.cpu(), true, Map.of());
  }

  /** Creates a model that starts with these weights. */
  public static TrainingModel of(ModelConfig config, Weights weights, EngineOptions options) {
    return load(config, weights, options, !options.device().isCpu(), Map.of());
  }

  public ModelConfig config() {
    return config;
  }

  /** Takes one step of AdamW on the loss of a batch. */
  public StepLoss step(TrainingBatch batch, StepSettings settings) {
    JniUtils.setSeed(settings.seed());
    if (settings.step() % STEPS_BETWEEN_TRIMS == 0) {
      NativeMemory.trim();
    }
    try (PtNDManager scope = module.newManager()) {
      Ids ids = ids(scope, batch);
      float[] parts = backward(scope, ids, batch, settings);
      float norm = update(scope, ids, settings);
      return new StepLoss(parts[0], parts[1], parts[2], parts[3], norm);
    }
  }

  /** Returns the loss of a batch. Changes nothing. */
  public StepLoss loss(TrainingBatch batch, StepSettings settings) {
    JniUtils.setSeed(settings.seed());
    try (PtNDManager scope = module.newManager()) {
      Ids ids = ids(scope, batch);
      JniUtils.setGradMode(false);
      NDList arguments = arguments(scope, ids, batch, settings);
      float[] parts = module.runForTraining(scope, "loss", arguments).toFloatArray();
      return new StepLoss(parts[0], parts[1], parts[2], parts[3], 0);
    }
  }

  /**
   * The part of the id table that a batch trains: the whole table, or copies of the rows that a
   * sampled softmax needs. With copies, the cost of a step depends on the number of items in the
   * batch and not on the catalogue.
   *
   * @param table (M, itemDim) table for which the gradient is computed
   * @param rows (M) catalogue rows of the copies; null if {@code table} is the whole table
   */
  private record Ids(PtNDArray table, @Nullable NDArray rows) {}

  private Ids ids(PtNDManager scope, TrainingBatch batch) {
    if (isFull(batch)) {
      return new Ids(parameter(Program.ITEM_ID), null);
    }
    JniUtils.setGradMode(false);
    NDArray rows = scope.create(batch.classes());
    PtNDArray copies = module.runForTraining(scope, "ids", new NDList(rows));
    copies.setRequiresGradient(true);
    return new Ids(copies, rows);
  }

  /** Whether the batch has every row of the id table as a class, in the order of the table. */
  private boolean isFull(TrainingBatch batch) {
    long[] classes = batch.classes();
    return classes.length == config.items() + 1
        && IntStream.range(0, classes.length).allMatch(i -> classes[i] == i);
  }

  /** Returns the array for which a parameter's gradient is computed. */
  private PtNDArray trained(String name, Ids ids) {
    return name.equals(Program.ITEM_ID) ? ids.table() : parameter(name);
  }

  PtNDArray parameter(String name) {
    PtNDArray parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return parameter;
  }

  private float[] backward(PtNDManager scope, Ids ids, TrainingBatch batch, StepSettings settings) {
    try (PtGradientCollector collector = new PtGradientCollector()) {
      NDArray parts = module.runForTraining(scope, "loss", arguments(scope, ids, batch, settings));
      collector.backward(parts.get(0));
      return parts.toFloatArray();
    }
  }

  private float update(PtNDManager scope, Ids ids, StepSettings settings) {
    JniUtils.setGradMode(false);
    PtNDArray[] gradients =
        parameters.keySet().stream()
            .map(name -> trained(name, ids).getGradient())
            .toArray(PtNDArray[]::new);
    for (PtNDArray gradient : gradients) {
      gradient.attach(scope);
    }
    NDArray rows = ids.rows() == null ? scope.create(new long[0]) : ids.rows();
    return optimiser.step(scope, gradients, (PtNDArray) rows, settings);
  }

  private NDList arguments(NDManager scope, Ids ids, TrainingBatch batch, StepSettings settings) {
    NDList described = classes.of(scope, ids.rows() == null, batch);
    return LossArguments.of(scope, batch, settings, config.actions().size())
        .put("ids", ids.table())
        .put("content", described.get(0))
        .put("buckets", described.get(1))
        .put("starts", described.get(2))
        .put("class_bias", described.get(3))
        .inOrder();
  }

  /** Returns the gradients of a batch's loss by parameter name. Changes nothing. For tests. */
  Map<String, float[]> gradients(TrainingBatch batch, StepSettings settings) {
    JniUtils.setSeed(settings.seed());
    try (PtNDManager scope = module.newManager()) {
      Ids ids = ids(scope, batch);
      backward(scope, ids, batch, settings);
      Map<String, float[]> gradients = new LinkedHashMap<>();
      for (String name : parameters.keySet()) {
        PtNDArray trained = trained(name, ids);
        try (NDArray gradient = trained.getGradient()) {
          gradients.put(name, gradient.toFloatArray());
          JniUtils.zeroGrad(trained);
        }
      }
      return gradients;
    }
  }

  /** Returns a copy of the current weights. */
  Weights weights() {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    parameters.forEach((name, array) -> tensors.put(name, TorchModule.copy(array)));
    tensors.putAll(buffers);
    return Weights.of(config, tensors);
  }

  /**
   * Writes the model for serving: configuration, weights and the embeddings of all items. The items
   * have no attributes.
   *
   * @param content (items + 1, contentDim) content of all items, then of the out-of-vocabulary item
   */
  public void write(Path directory, float[] content) {
    write(directory, content, AttributeBags.none(config.items() + 1), new BitSet());
  }

  /**
   * Writes the model for serving. Some items are written as if they had appeared after the
   * training: their id rows are zeros. The processor computes the embeddings, with full float32.
   *
   * @param content (items + 1, contentDim) content of all items, then of the out-of-vocabulary item
   * @param attributes attributes of all items, then of the out-of-vocabulary item
   * @param withoutIds rows of the items whose id rows are zeros
   */
  public void write(Path directory, float[] content, AttributeBags attributes, BitSet withoutIds) {
    ItemExport items = new ItemExport(module, config, content, attributes, withoutIds);
    Weights weights = weights();
    ItemExport.Tables tables = card ? items.tablesOf(weights) : items.tables();
    ModelFiles.write(
        directory, config, items.weights(weights), tables.embeddings(), tables.paths());
  }

  /**
   * Writes weights and moments to a checkpoint. A model that {@link #resume} creates from this
   * checkpoint trains as if training had not stopped.
   */
  public void checkpoint(Path file) {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>(weights().stored(config));
    optimiser.moments().forEach((name, array) -> tensors.put(name, TorchModule.copy(array)));
    Safetensors.write(file, tensors);
  }

  /** Creates a model from a checkpoint. */
  public static TrainingModel resume(ModelConfig config, Path file, EngineOptions options) {
    Map<String, FloatTensor> tensors = Safetensors.read(file);
    Map<String, FloatTensor> weights = new LinkedHashMap<>(tensors);
    weights.keySet().removeIf(AdamW::isMoment);
    boolean card = !options.device().isCpu();
    return load(config, Weights.of(config, weights), options, card, tensors);
  }

  /** Returns the number of arrays that live as long as the model. For tests. */
  int arrays() {
    return module.manager().getManagedArrays().size();
  }

  @Override
  public void close() {
    optimiser.close();
    classes.close();
    module.close();
  }
}
