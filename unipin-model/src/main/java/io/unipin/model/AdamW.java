package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.FloatTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The optimiser AdamW of a model's parameters, with the moments of their gradients. Not
 * thread-safe.
 */
final class AdamW implements AutoCloseable {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.98;
  private static final List<String> WITHOUT_DECAY =
      List.of(
          "_norm",
          "_bias",
          "_scale",
          "_first",
          "_mask",
          "_gap",
          "_surface",
          "_position",
          "_offset");

  private final TorchModule module;
  private final Map<String, PtNDArray> parameters;
  private final boolean together;
  private final List<NDArray> first = new ArrayList<>();
  private final List<NDArray> second = new ArrayList<>();

  /**
   * Creates the moments, which are zeros.
   *
   * @param parameters the module's parameters by name
   * @param together whether each operator takes all parameters at once. A card is then faster,
   *     because it starts fewer kernels. The processor is then slower, because its caches do not
   *     hold all parameters.
   */
  AdamW(TorchModule module, Map<String, PtNDArray> parameters, boolean together) {
    this.module = module;
    this.parameters = parameters;
    this.together = together;
    for (PtNDArray parameter : parameters.values()) {
      first.add(module.manager().zeros(parameter.getShape()));
      second.add(module.manager().zeros(parameter.getShape()));
    }
  }

  /**
   * Moves the parameters by one step.
   *
   * @param gradients gradient of each parameter, in the order of the parameters
   * @param rows (M) rows of the id table that the table's gradient covers; (0) if the gradient
   *     covers the whole table
   * @return the norm of all gradients together, before clipping
   */
  float step(PtNDManager scope, PtNDArray[] gradients, PtNDArray rows, StepSettings settings) {
    PtNDArray[] weights = parameters.values().toArray(PtNDArray[]::new);
    double[] decays =
        parameters.keySet().stream()
            .mapToDouble(
                name ->
                    WITHOUT_DECAY.stream().anyMatch(name::endsWith) ? 0 : settings.weightDecay())
            .toArray();
    return module
        .runToFloats(
            scope,
            "adamw",
            IValue.listFrom(weights),
            IValue.listFrom(gradients),
            IValue.listFrom(first.toArray(PtNDArray[]::new)),
            IValue.listFrom(second.toArray(PtNDArray[]::new)),
            IValue.from(rows),
            IValue.listFrom(decays),
            IValue.from(settings.learningRate()),
            IValue.from(BETA1),
            IValue.from(BETA2),
            IValue.from(settings.step()),
            IValue.from(settings.clip()),
            IValue.from(together))[0];
  }

  /** Returns the moments by their names in a checkpoint. */
  Map<String, PtNDArray> moments() {
    Map<String, PtNDArray> moments = new LinkedHashMap<>();
    int i = 0;
    for (String name : parameters.keySet()) {
      moments.put("first." + name, (PtNDArray) first.get(i));
      moments.put("second." + name, (PtNDArray) second.get(i));
      i++;
    }
    return moments;
  }

  /** Whether a name in a checkpoint is the name of a moment. */
  static boolean isMoment(String name) {
    return name.startsWith("first.") || name.startsWith("second.");
  }

  /**
   * Replaces the moments by the moments of a checkpoint.
   *
   * @throws ModelException if a moment is missing or of another size
   */
  void resume(Map<String, FloatTensor> tensors) {
    int i = 0;
    for (String name : parameters.keySet()) {
      Shape shape = first.get(i).getShape();
      first.set(i, moment(tensors, "first." + name, shape)).close();
      second.set(i, moment(tensors, "second." + name, shape)).close();
      i++;
    }
  }

  private NDArray moment(Map<String, FloatTensor> tensors, String name, Shape shape) {
    FloatTensor saved = tensors.get(name);
    if (saved == null || saved.count() != shape.size()) {
      throw new ModelException("checkpoint: tensor %s of shape %s expected".formatted(name, shape));
    }
    return module.manager().create(saved.toArray(), shape);
  }

  /** Closes the moments. The parameters belong to the module. */
  @Override
  public void close() {
    first.forEach(NDArray::close);
    second.forEach(NDArray::close);
  }
}
