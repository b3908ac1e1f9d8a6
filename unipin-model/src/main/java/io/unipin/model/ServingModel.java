package io.unipin.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.KvRows;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * One loaded model. It retrieves and ranks for one user at a time, over the user's KV block.
 *
 * <p>Immutable and thread-safe. Makes one native call per method, or one per batch of calls with
 * {@link Executor#BATCH}. Row 0 of a block is the learned first token; row i is the i-th action of
 * the window.
 *
 * <p>A history can be encoded at once or in any split into calls of {@link #extend}. All ways give
 * the same rows, and the same scores as the dense pass over history and candidates. The tolerance
 * is 1e-4 in float32 ({@code ServingEqualsDenseTest}).
 *
 * @see <a href="https://arxiv.org/abs/2606.00422">UniPinRec, sections 3 and 4</a>
 */
public final class ServingModel implements AutoCloseable {
  private static final int[] FIRST_POSITION = {0};

  private final ModelConfig config;
  private final String fingerprint;
  private final FloatTensor items;
  private final TorchModule module;
  private final PtNDArray table;
  private final ModelCalls calls;
  private final CallArguments arguments;
  private final boolean comparison;

  private ServingModel(ModelFiles files, TorchModule module, EngineOptions options) {
    this.config = files.config();
    this.arguments = new CallArguments(config);
    this.fingerprint = files.fingerprint() + (options.precision() == Precision.INT8 ? "-int8" : "");
    this.items = files.items();
    this.comparison = options.comparison();
    this.module = module;
    this.table =
        KvArrays.array(module.manager(), items.bytes(), new Shape(items.shape()), DataType.FLOAT32);
    this.calls =
        switch (options.executor()) {
          case WORKER -> new WorkerCalls(config, module, table);
          case BATCH -> new BatchCalls(config, module, table, options);
        };
  }

  /**
   * Loads a model.
   *
   * @param directory folder with {@code config.json}, {@code weights.safetensors},
   *     {@code items.safetensors} and optionally {@code classes.json}
   * @throws ModelException when a file is missing, broken or does not fit the others
   */
  public static ServingModel load(Path directory, EngineOptions options) {
    ModelFiles files = ModelFiles.read(directory);
    if (options.precision() == Precision.INT8) {
      files.checkRanges();
    }
    return of(files, options, Arithmetic.of(options.precision()));
  }

  /**
   * Loads a model that records the ranges of its activations, for {@link ModelWriter#observe}. One
   * thread.
   */
  static ServingModel observing(Path directory) {
    return of(ModelFiles.read(directory), EngineOptions.cpu(), Arithmetic.OBSERVING);
  }

  private static ServingModel of(ModelFiles files, EngineOptions options, Arithmetic arithmetic) {
    Program.Use use = options.comparison() ? Program.Use.COMPARISON : Program.Use.SERVING;
    TorchModule module = TorchModule.load(use, files.config(), files.learned(), options);
    try {
      module.prepare(arithmetic);
    } catch (ModelException e) {
      module.close();
      throw e;
    }
    return new ServingModel(files, module, options);
  }

  /** Returns the largest absolute inputs (layers, 4) of the layers' matrices so far. */
  float[] observed() {
    try (PtNDManager scope = module.newManager()) {
      return module.runToFloats(scope, "ranges");
    }
  }

  public ModelConfig config() {
    return config;
  }

  /**
   * Returns the nanoseconds that all calls so far spent in native code, without conversions of
   * arguments and results.
   */
  public long computingNanos() {
    return module.computingNanos();
  }

  /**
   * Identifies everything that a KV row depends on but the tokens: weights, item embeddings,
   * configuration, precision, and the serving program without comments.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns the embeddings (items, itemDim) of the catalogue, unit length, in the model's own
   * memory; read-only.
   */
  public FloatBuffer itemTable() {
    int floats = Math.multiplyExact(config.items(), config.itemDim());
    return items.floats().slice(0, floats).asReadOnlyBuffer();
  }

  /** Returns a copy of the embeddings (items, itemDim) on the heap. */
  public float[] itemVectors() {
    float[] vectors = new float[Math.multiplyExact(config.items(), config.itemDim())];
    items.floats().get(vectors);
    return vectors;
  }

  /**
   * Encodes rows {@code [from, 1 + tokens.size())} of a window into its block.
   *
   * @param tokens the whole window
   * @param from number of rows that the block already holds; 0 for a prefill
   * @param kv the block; rows before {@code from} are read, the others are written
   * @return state (width) of the last row
   */
  public float[] extend(TokenSequence tokens, int from, KvRows kv) {
    int rows = 1 + tokens.size();
    if (from < 0 || from >= rows || rows > kv.capacity()) {
      throw new IllegalArgumentException(
          "from < rows <= capacity expected, got from %s, rows %s, capacity %s"
              .formatted(from, rows, kv.capacity()));
    }
    ModelCalls.Tokens fresh = arguments.tokens(tokens, Math.max(from, 1) - 1);
    return calls.extend(new ModelCalls.Extend(fresh, from, arguments.host(kv)));
  }

  /**
   * Computes retrieval queries of a user.
   *
   * @param state (width) state of the user's last row
   * @param outcomes (queries, actions) mix of desired outcomes for each query; all zeros mean no
   *     particular outcome
   * @return (queries, itemDim), unit length
   */
  public float[] queries(float[] state, RequestContext context, float[][] outcomes) {
    return queries(state, context, outcomes, new int[outcomes.length]);
  }

  /**
   * Computes retrieval queries of a user that look ahead.
   *
   * @param offsets (queries) class of {@link TargetOffsets}: how far ahead each query looks
   * @return (queries, itemDim), unit length
   */
  public float[] queries(float[] state, RequestContext context, float[][] outcomes, int[] offsets) {
    int count = outcomes.length;
    if (offsets.length != count) {
      throw new IllegalArgumentException(
          "an offset for each of %s queries expected, got %s".formatted(count, offsets.length));
    }
    int actions = config.actions().size();
    float[] flat = new float[count * actions];
    for (int i = 0; i < count; i++) {
      System.arraycopy(outcomes[i], 0, flat, i * actions, actions);
    }
    return calls.queries(
        new ModelCalls.Query(
            state,
            flat,
            arguments.surface(context),
            arguments.gap(context),
            arguments.offsets(offsets)));
  }

  /**
   * Returns the probability of every action for every candidate. A candidate's result does not
   * depend on the other candidates.
   *
   * @param rows number of rows of {@code kv} to read: 1 + actions of the window
   * @param candidates (k) catalogue rows
   * @return (k, actions)
   */
  public float[] score(KvRows kv, int rows, int[] candidates, RequestContext context) {
    return score(kv, rows, candidates, context, FIRST_POSITION);
  }

  /**
   * Scores candidates at the given positions on their page. The method without positions scores all
   * candidates at the first position, so a score does not depend on where the item was shown.
   *
   * @param positions (k) or (1) classes of {@link PagePositions}
   * @return (k, actions)
   */
  public float[] score(
      KvRows kv, int rows, int[] candidates, RequestContext context, int[] positions) {
    if (rows < 1 || rows > kv.capacity()) {
      throw new IllegalArgumentException(
          "1 to %s rows expected, got %s".formatted(kv.capacity(), rows));
    }
    if (candidates.length == 0) {
      return new float[0];
    }
    if (positions.length != 1 && positions.length != candidates.length) {
      throw new IllegalArgumentException(
          "1 or %s positions expected, got %s".formatted(candidates.length, positions.length));
    }
    return calls.score(
        new ModelCalls.Score(
            arguments.candidates(candidates),
            arguments.surface(context),
            arguments.gap(context),
            arguments.positions(positions),
            arguments.host(kv),
            rows));
  }

  /**
   * Returns the probabilities of {@link #score} to 1e-4, without keys and values. One pass covers
   * history and candidates; a mask over the whole square limits what each row attends to.
   * Comparisons use this method as the reference. The model must be loaded
   * {@linkplain EngineOptions#withComparison for comparison}.
   *
   * @param tokens the whole window
   * @param candidates (k) catalogue rows
   * @return (k, actions)
   */
  public float[] scoreDense(TokenSequence tokens, int[] candidates, RequestContext context) {
    if (!comparison) {
      throw new IllegalStateException(
          "a model loaded for comparison expected, got one for serving alone");
    }
    if (candidates.length == 0) {
      return new float[0];
    }
    ModelCalls.Tokens inputs = arguments.tokens(tokens, 0);
    long[] slate = arguments.candidates(candidates);
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager()) {
      return module.runToFloats(
          scope,
          "score_dense",
          IValue.from(table),
          longs(scope, inputs.items()),
          floats(scope, inputs.actions(), tokens.size(), config.actions().size()),
          longs(scope, inputs.surfaces()),
          longs(scope, inputs.gaps()),
          longs(scope, slate),
          longs(scope, arguments.surface(context)),
          longs(scope, arguments.gap(context)));
    }
  }

  private static IValue longs(NDManager scope, long... values) {
    return IValue.from((PtNDArray) scope.create(values));
  }

  private static IValue floats(NDManager scope, float[] values, int rows, int columns) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(rows, columns)));
  }

  /** Closes the model. Idempotent. No other call may be running. */
  @Override
  public void close() {
    calls.close();
    module.close();
  }
}
