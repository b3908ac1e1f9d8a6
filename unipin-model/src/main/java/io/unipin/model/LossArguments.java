package io.unipin.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.unipin.model.files.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of the method {@code loss} of the training program. Callers set each argument by name.
 * This class then passes all arguments in the program's order. Not thread-safe.
 */
final class LossArguments {
  /** The parameters of {@code loss}, in the program's order. */
  static final List<String> NAMES =
      List.of(
          "ids",
          "content",
          "buckets",
          "starts",
          "class_bias",
          "kept",
          "bare",
          "index",
          "actions",
          "masked",
          "surfaces",
          "gaps",
          "slate",
          "slate_surfaces",
          "slate_gaps",
          "slate_positions",
          "cuts",
          "target_at",
          "target",
          "outcomes",
          "target_surfaces",
          "target_gaps",
          "target_offsets",
          "hidden_at",
          "hidden_labels",
          "slate_at",
          "slate_labels",
          "slate_cold",
          "partners",
          "shares",
          "hidden_weights",
          "slate_weights",
          "score_reg",
          "mixup",
          "dropout");

  private final NDManager scope;
  private final NDManager host;
  private final Map<String, NDArray> arrays = new HashMap<>();

  private LossArguments(NDManager scope) {
    this.scope = scope;
    this.host = scope.newSubManager(Device.cpu());
  }

  /**
   * Refuses a program whose loss declares other parameters or another order.
   *
   * @throws IllegalStateException if the parameters differ; the message states the first difference
   */
  static void requireDeclared() {
    Program.requireParameters(Program.Use.TRAINING, "loss", NAMES);
  }

  /**
   * Returns all arguments except the classes: {@code ids}, {@code content}, {@code buckets},
   * {@code starts} and {@code class_bias}.
   *
   * @param types number of action types
   */
  static LossArguments of(NDManager scope, TrainingBatch batch, StepSettings settings, int types) {
    int b = batch.histories();
    int n = batch.length();
    int k = batch.candidates();
    LossArguments arguments = new LossArguments(scope);
    TrainingBatch.Tokens tokens = batch.tokens();
    arguments.longs("index", tokens.items(), b, n);
    arguments.floats("actions", tokens.actions(), b, n, types);
    arguments.floats("masked", tokens.masked(), b, n, 1);
    arguments.longs("surfaces", tokens.surfaces(), b, n);
    arguments.longs("gaps", tokens.gaps(), b, n);
    TrainingBatch.Slate slate = batch.slate();
    arguments.longs("slate", slate.items(), b, k);
    arguments.longs("slate_surfaces", slate.surfaces(), b, k);
    arguments.longs("slate_gaps", slate.gaps(), b, k);
    arguments.longs("slate_positions", slate.positions(), b, k);
    arguments.longs("cuts", slate.cuts(), b, k);
    TrainingBatch.Targets targets = batch.targets();
    int p = targets.at().length;
    arguments.longs("target_at", targets.at(), p);
    arguments.longs("target", targets.items(), p);
    arguments.floats("outcomes", targets.outcomes(), p, types);
    arguments.longs("target_surfaces", targets.surfaces(), p);
    arguments.longs("target_gaps", targets.gaps(), p);
    arguments.longs("target_offsets", targets.offsets(), p);
    arguments.labels("hidden", batch.hidden(), types);
    arguments.labels("slate", batch.shown(), types);
    arguments.floats("hidden_weights", settings.maskedWeights(), types);
    arguments.floats("slate_weights", settings.actionWeights(), types);
    arguments.rare(batch.rare());
    arguments.number("score_reg", settings.scoreReg());
    arguments.number("mixup", settings.mixup());
    arguments.number("dropout", settings.dropout());
    return arguments;
  }

  private void rare(TrainingBatch.Rare rare) {
    floats("kept", rare.kept(), rare.kept().length);
    longs("bare", rare.bare(), rare.bare().length);
    floats("slate_cold", rare.cold(), rare.cold().length);
    longs("partners", rare.partners(), rare.partners().length);
    floats("shares", rare.shares(), rare.shares().length);
  }

  /**
   * Puts a number that the program reads. The number stays on the processor, so reading the number
   * does not wait for a device.
   */
  private void number(String name, double value) {
    put(name, host.create(new float[] {(float) value}, new Shape(1)));
  }

  private void labels(String of, TrainingBatch.Labels labels, int types) {
    int positions = labels.at().length;
    longs(of + "_at", labels.at(), positions);
    floats(of + "_labels", labels.actions(), positions, types);
  }

  private void longs(String name, long[] values, long... shape) {
    put(name, scope.create(values, new Shape(shape)));
  }

  private void floats(String name, float[] values, long... shape) {
    put(name, scope.create(values, new Shape(shape)));
  }

  LossArguments put(String name, NDArray array) {
    if (!NAMES.contains(name) || arrays.put(name, array) != null) {
      throw new IllegalArgumentException("each of %s once expected, got %s".formatted(NAMES, name));
    }
    return this;
  }

  NDList inOrder() {
    NDList ordered = new NDList();
    for (String name : NAMES) {
      NDArray array = arrays.get(name);
      if (array == null) {
        throw new IllegalStateException("argument " + name + " expected, got none");
      }
      ordered.add(array);
    }
    return ordered;
  }

  /**
   * The arrays that describe the classes of a batch: their content, attributes and bias. With a full
   * softmax these arrays are equal in all batches, so one copy is kept. Not thread-safe.
   */
  static final class Classes implements AutoCloseable {
    private final NDManager owner;
    private final int contentDim;
    private NDList kept = new NDList();
    private long @Nullable [] keptClasses;

    /**
     * Creates arrays of which none is kept yet.
     *
     * @param owner manager of the kept arrays
     */
    Classes(NDManager owner, int contentDim) {
      this.owner = owner;
      this.contentDim = contentDim;
    }

    /**
     * Returns content (M, F), buckets and starts of the attributes, and bias (M) of a batch's M
     * classes.
     *
     * @param scope manager of the arrays, if they are not kept
     * @param full whether the classes are all rows of the id table
     */
    NDList of(NDManager scope, boolean full, TrainingBatch batch) {
      if (batch.classes() == keptClasses) {
        return kept;
      }
      NDManager manager = full ? owner : scope;
      int count = batch.classes().length;
      NDList arrays =
          new NDList(
              manager.create(batch.content(), new Shape(count, contentDim)),
              manager.create(batch.attributes().buckets()),
              manager.create(batch.attributes().starts()),
              manager.create(batch.classBias(), new Shape(count)));
      if (full) {
        kept.close();
        kept = arrays;
        keptClasses = batch.classes();
      }
      return arrays;
    }

    /** Closes the kept arrays. Idempotent. */
    @Override
    public void close() {
      kept.close();
    }
  }
}
