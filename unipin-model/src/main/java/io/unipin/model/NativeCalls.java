package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.engine.Implementation;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.ModelFiles;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs every call in the caller's thread, in the native engine. In float32, the results equal those
 * of the program to 1e-4. In int8, both round the same numbers to the same steps. One of them may
 * round up a number near the middle of two steps, and the other may round this number down ({@code
 * NativeEqualsProgramTest}). Thread-safe.
 */
final class NativeCalls implements ModelCalls {
  private static final Logger logger = LoggerFactory.getLogger(NativeCalls.class);

  private final NativeEngine engine;
  private final LongAdder nanos = new LongAdder();

  /**
   * Loads a model into the engine.
   *
   * @param module the loaded program, which computes the rotary embeddings of positions in a
   *     history
   * @param items tables that the engine reads in place
   * @param instructionSet one of the engine's instruction sets for {@code type}
   * @throws ModelException if a product with one of the model's matrices is wrong on this processor
   */
  NativeCalls(
      ModelFiles files,
      TorchModule module,
      ItemTable items,
      MatrixType type,
      String instructionSet) {
    this.engine =
        new NativeEngine(
            type,
            instructionSet,
            files.config(),
            files.learned(),
            rotations(module, files.config()),
            items.memory());
  }

  /**
   * Returns the calls of the implementation that the options choose. If the native engine cannot
   * compute the model, returns the calls of the program, and logs the reason. In this case only,
   * prepares the program for {@code arithmetic} and {@code kernel}.
   */
  static ModelCalls chosen(
      ModelFiles files,
      TorchModule module,
      ItemTable items,
      EngineOptions options,
      Arithmetic arithmetic,
      AttentionKernel kernel) {
    Optional<ModelCalls> natives =
        options.implementation() == Implementation.PROGRAM || arithmetic == Arithmetic.OBSERVING
            ? Optional.empty()
            : natives(files, module, items, options);
    if (natives.isPresent()) {
      return natives.get();
    }
    module.prepare(arithmetic, kernel);
    return switch (options.executor()) {
      case WORKER -> new WorkerCalls(files.config(), module, items);
      case BATCH -> new RaggedCalls(files.config(), module, items, options, kernel);
    };
  }

  private static Optional<ModelCalls> natives(
      ModelFiles files, TorchModule module, ItemTable items, EngineOptions options) {
    Optional<String> reason = unsupported(files.config(), options);
    if (reason.isEmpty()) {
      MatrixType type = matrices(options.precision());
      String fastest = NativeEngine.instructionSets(type).get(0);
      try {
        return Optional.of(logged(new NativeCalls(files, module, items, type, fastest), fastest));
      } catch (ModelException e) {
        logger.warn("the program computes the model, not the native engine: {}", e.getMessage());
        return Optional.empty();
      }
    }
    String line = "the program computes the model, not the native engine: {}";
    if (options.implementation() == Implementation.NATIVE) {
      logger.warn(line, reason.get());
    } else {
      logger.info(line, reason.get());
    }
    return Optional.empty();
  }

  /** Logs what computes the model. If that fails, closes the engine, which then has no owner. */
  private static NativeCalls logged(NativeCalls calls, String instructionSet) {
    boolean logged = false;
    try {
      logger.info("the native engine computes the model, with {}", instructionSet);
      logged = true;
      return calls;
    } finally {
      if (!logged) {
        calls.close();
      }
    }
  }

  private static Optional<String> unsupported(ModelConfig config, EngineOptions options) {
    if (options.precision() == Precision.FLOAT16) {
      return Optional.of("precision FLOAT32 or INT8 expected, got FLOAT16");
    }
    if (options.executor() != Executor.WORKER) {
      return Optional.of("executor WORKER expected, got " + options.executor());
    }
    return NativeEngine.unsupported(config, matrices(options.precision()));
  }

  private static MatrixType matrices(Precision precision) {
    return precision == Precision.INT8 ? MatrixType.INT8 : MatrixType.FLOAT32;
  }

  /**
   * Returns the cosines (positions, D / 2) of the rotary embeddings for all positions that a row
   * can have, and then the sines. The program computes these numbers, because its angles are
   * float32 numbers. Angles with another rounding would change the keys of long histories by 1e-4.
   */
  private static float[] rotations(TorchModule module, ModelConfig config) {
    KvLayout layout = config.kvLayout(KvType.FLOAT32);
    long[] places = new long[layout.capacityFor(layout.maxRows()) + 1];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    float[] both = new float[places.length * config.headDim()];
    JniUtils.setGradMode(false);
    try (PtNDManager scope = module.newManager();
        IValue tuple = module.run("rotation", IValue.from((PtNDArray) scope.create(places)))) {
      int at = 0;
      for (NDArray part : tuple.toNDList(scope)) {
        float[] numbers = part.toFloatArray();
        System.arraycopy(numbers, 0, both, at, numbers.length);
        at += numbers.length;
      }
    }
    return both;
  }

  @Override
  public float[] extend(Extend call) {
    NativeEngine.Actions actions = actions(call.tokens());
    long begin = System.nanoTime();
    try {
      return engine.extend(actions, call.from(), ModelCalls.onHost(call.block()));
    } finally {
      nanos.add(System.nanoTime() - begin);
    }
  }

  private static NativeEngine.Actions actions(Tokens tokens) {
    return new NativeEngine.Actions(
        tokens.items(), tokens.actions(), tokens.surfaces(), tokens.gaps());
  }

  @Override
  public float[] score(Score call) {
    NativeEngine.Candidates candidates =
        new NativeEngine.Candidates(
            call.candidates(), call.surface(), call.gap(), call.positions());
    long begin = System.nanoTime();
    try {
      return engine.score(candidates, call.rows(), ModelCalls.onHost(call.block()));
    } finally {
      nanos.add(System.nanoTime() - begin);
    }
  }

  @Override
  public float[] queries(Query call) {
    long begin = System.nanoTime();
    try {
      return engine.queries(
          call.state(), call.outcomes(), call.surface(), call.gap(), call.offsets());
    } finally {
      nanos.add(System.nanoTime() - begin);
    }
  }

  @Override
  public float[] scoreDense(Dense call) {
    NativeEngine.Actions window = actions(call.window());
    long begin = System.nanoTime();
    try {
      return engine.scoreDense(window, call.candidates(), call.surface(), call.gap());
    } finally {
      nanos.add(System.nanoTime() - begin);
    }
  }

  @Override
  public String engine() {
    return "native " + engine.instructionSet();
  }

  @Override
  public long computingNanos() {
    return nanos.sum();
  }

  @Override
  public void close() {
    engine.close();
  }
}
