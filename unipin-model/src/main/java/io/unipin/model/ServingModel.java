package io.unipin.model;

import ai.djl.pytorch.engine.PtNDManager;
import io.unipin.kvcache.KvRows;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * One loaded model. It retrieves and ranks for one user per call, over the user's key-value block.
 *
 * <p>Thread-safe. Only the rows of live items ever change ({@link #writeLive}). Every method makes
 * one native call; with {@link Executor#BATCH} a batch of calls shares one native call. Row 0 of a
 * block is the learned first token; row i is the i-th action of the window.
 *
 * <p>Any split of a history into calls of {@link #extend} gives the same rows. The scores equal
 * those of the dense pass to 1e-4 in float32 ({@code ServingEqualsDenseTest}).
 *
 * @see <a href="https://arxiv.org/abs/2606.00422">UniPinRec, sections 3 and 4</a>
 */
public final class ServingModel implements AutoCloseable {
  private static final int[] FIRST_POSITION = {0};

  private final ModelConfig config;
  private final String fingerprint;
  private final TorchModule module;
  private final ItemTable items;
  private final ModelCalls calls;
  private final CallArguments arguments;
  private final boolean comparison;

  private ServingModel(
      ModelFiles files,
      TorchModule module,
      EngineOptions options,
      Arithmetic arithmetic,
      AttentionKernel kernel) {
    this.config = files.config();
    this.arguments = new CallArguments(config, options.liveItems());
    this.fingerprint = files.fingerprint() + options.suffix();
    this.comparison = options.comparison();
    this.module = module;
    this.items = new ItemTable(files, module, options.liveItems(), kernel != AttentionKernel.EACH);
    this.calls = NativeCalls.chosen(files, module, items, options, arithmetic, kernel);
  }

  /**
   * Loads a model.
   *
   * @param directory folder with {@code config.json}, {@code weights.safetensors},
   *     {@code items.safetensors} and optionally {@code classes.json}
   * @throws ModelException when a file is missing or broken, or does not fit the other files
   */
  public static ServingModel load(Path directory, EngineOptions options) {
    ModelFiles files = ModelFiles.read(directory, options.liveItems());
    return load(files, options, options.kernel(files.config()));
  }

  /** Loads a model with an attention kernel. Kernels for devices read copies of the item tables. */
  static ServingModel load(ModelFiles files, EngineOptions options, AttentionKernel kernel) {
    options.check(files);
    return of(files, options, Arithmetic.of(options.precision(), options.device()), kernel);
  }

  /** Loads a model that records ranges of its activations, for {@link ModelWriter#observe}. */
  static ServingModel observing(Path directory) {
    ModelFiles files = ModelFiles.read(directory);
    return of(files, EngineOptions.cpu(), Arithmetic.OBSERVING, AttentionKernel.EACH);
  }

  private static ServingModel of(
      ModelFiles files, EngineOptions options, Arithmetic arithmetic, AttentionKernel kernel) {
    Program.Use use = options.comparison() ? Program.Use.COMPARISON : Program.Use.SERVING;
    return TorchModule.load(use, files.config(), files.learned(), options)
        .handTo(module -> new ServingModel(files, module, options, arithmetic, kernel));
  }

  /** Returns the largest absolute inputs (layers, 4) that the layers' matrices have had so far. */
  float[] observed() {
    try (PtNDManager scope = module.newManager()) {
      return module.runToFloats(scope, "ranges");
    }
  }

  public ModelConfig config() {
    return config;
  }

  /** Returns what computes the passes: {@code program}, or {@code native} and its kernels. */
  public String engine() {
    return calls.engine();
  }

  /** Returns how many nanoseconds all calls so far spent inside the engine. */
  public long computingNanos() {
    return module.computingNanos() + calls.computingNanos();
  }

  /**
   * Identifies all inputs of a key-value row except its tokens: weights, item embeddings,
   * configuration, precision, and the serving program without comments.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /** Returns the catalogue's unit vectors (items, itemDim) in the model's memory; read-only. */
  public FloatBuffer itemTable() {
    return items.catalogue();
  }

  /**
   * Returns the unit vectors of all rows, including live items, in the model's memory; read-only.
   */
  public FloatBuffer rows() {
    return items.rows();
  }

  /** Returns a copy of the embeddings (items, itemDim) on the heap. */
  public float[] itemVectors() {
    return items.catalogueCopy();
  }

  /** Returns the number of live items for which the model has room. */
  public int liveLimit() {
    return items.liveLimit();
  }

  /** Returns the row of the live item in a slot. Slots are 0 to {@link #liveLimit} - 1. */
  public int liveRow(int slot) {
    return items.liveRow(slot);
  }

  /** Returns the buckets of attributes whose rows are not zeros. */
  public BitSet learnedBuckets() {
    return items.learnedBuckets();
  }

  /** Embeds items of a model that reads no attributes, as the method with attributes does. */
  public float[] embed(float[] content) {
    return items.embed(content);
  }

  /**
   * Embeds items that training did not know, with an id row of zeros. Runs in the caller's thread.
   *
   * @param content (m, contentDim) finite numbers
   * @param attributes attributes of the m items
   * @return (m, itemDim + contentPath): unit vectors, each followed by the item's row of the
   *     content path
   */
  public float[] embed(float[] content, AttributeBags attributes) {
    return items.embed(content, attributes);
  }

  /**
   * Writes the row of a live item. Takes no lock, so no other thread may use the row before this
   * method returns.
   *
   * @param row (itemDim + contentPath) finite numbers from {@link #embed}
   */
  public void writeLive(int slot, float[] row) {
    items.write(slot, row);
  }

  /**
   * Encodes rows {@code [from, 1 + tokens.size())} of a window into its block.
   *
   * @param tokens the whole window
   * @param from number of rows that the block already holds; 0 to encode the whole window
   * @param kv the block; rows before {@code from} are read, later rows are written
   * @return state (width) of the last row
   */
  public float[] extend(TokenSequence tokens, int from, KvRows kv) {
    int rows = 1 + tokens.size();
    ModelCalls.Tokens fresh = arguments.tokens(tokens, Math.max(from, 1) - 1);
    return calls.extend(new ModelCalls.Extend(fresh, from, arguments.writable(kv, from, rows)));
  }

  /**
   * Computes retrieval queries of a user.
   *
   * @param state (width) state of the user's last row
   * @param outcomes (queries, actions) weights of the desired actions for each query; all zeros
   *     mean no particular outcome
   * @return (queries, itemDim) vectors of unit length
   */
  public float[] queries(float[] state, RequestContext context, float[][] outcomes) {
    return queries(state, context, outcomes, new int[outcomes.length]);
  }

  /**
   * Computes retrieval queries of a user. Each query looks ahead by a given distance.
   *
   * @param offsets (queries) class of {@link TargetOffsets}: how far ahead each query looks
   * @return (queries, itemDim) vectors of unit length
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
   * @param rows number of rows of {@code kv} to read: 1 + the number of actions in the window
   * @param candidates (k) rows of the item table
   * @return (k, actions) probabilities
   */
  public float[] score(KvRows kv, int rows, int[] candidates, RequestContext context) {
    return score(kv, rows, candidates, context, FIRST_POSITION);
  }

  /**
   * Scores candidates at the given positions on their page. The method without positions scores all
   * candidates at the first position, so its scores do not depend on where items were shown.
   *
   * @param positions (k) classes of {@link PagePositions}, or (1) one class for all candidates
   * @return (k, actions) probabilities
   */
  public float[] score(
      KvRows kv, int rows, int[] candidates, RequestContext context, int[] positions) {
    KvRows block = arguments.readable(kv, rows);
    if (candidates.length == 0) {
      return new float[0];
    }
    return calls.score(
        new ModelCalls.Score(
            arguments.candidates(candidates),
            arguments.surface(context),
            arguments.gap(context),
            arguments.positions(positions, candidates.length),
            block,
            rows));
  }

  /**
   * Computes the same probabilities as {@link #score}, to 1e-4, but without cached keys and values.
   * One pass covers history and candidates under a full attention mask. Tests and benchmarks
   * compare other computations of the scores with this method. The model must be loaded {@linkplain
   * EngineOptions#withComparison for comparison}.
   *
   * @param tokens the whole window
   * @param candidates (k) rows of the item table
   * @return (k, actions) probabilities
   */
  public float[] scoreDense(TokenSequence tokens, int[] candidates, RequestContext context) {
    if (!comparison) {
      throw new IllegalStateException(
          "a model loaded for comparison expected, got one for serving alone");
    }
    if (candidates.length == 0) {
      return new float[0];
    }
    return calls.scoreDense(
        new ModelCalls.Dense(
            arguments.tokens(tokens, 0),
            arguments.candidates(candidates),
            arguments.surface(context),
            arguments.gap(context)));
  }

  /** Closes the model. Idempotent. No other call may be running. */
  @Override
  public void close() {
    calls.close();
    module.close();
  }
}
