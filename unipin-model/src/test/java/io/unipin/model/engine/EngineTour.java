package io.unipin.model.engine;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import java.util.List;

/**
 * A program that calls every native method with every instruction set, type of matrices, and type
 * of keys and values. {@link EngineToolsTest} runs it under tools that detect faults of native code.
 */
final class EngineTour {
  private EngineTour() {}

  /** Runs the tour. Takes no arguments. */
  public static void main(String[] arguments) throws InterruptedException {
    int seed = 0;
    for (MatrixType type : MatrixType.values()) {
      for (String set : NativeEngine.instructionSets(type)) {
        for (int headDim : new int[] {16, 32, 64, 128}) {
          for (int kvHeads : new int[] {1, 2}) {
            EngineWorld world = new EngineWorld(headDim, 2, kvHeads, seed % 2 == 0, seed);
            tour(world, type, set);
            seed++;
          }
        }
      }
    }
    System.out.println("tour done");
  }

  private static void tour(EngineWorld world, MatrixType type, String set)
      throws InterruptedException {
    try (NativeEngine engine = world.engine(type, set)) {
      visit(engine, world);
      Thread other = new Thread(() -> visit(engine, world));
      other.start();
      other.join();
      refusals(engine, world);
    }
  }

  private static void visit(NativeEngine engine, EngineWorld world) {
    for (KvType type : KvType.values()) {
      HostRows block = world.block(type);
      NativeEngine.Actions history = world.actions(EngineWorld.HISTORY);
      engine.extend(EngineWorld.part(history, 0, 37), 0, block);
      float[] state = engine.extend(EngineWorld.part(history, 37, EngineWorld.HISTORY), 38, block);
      require(state.length == world.config.width(), "a state of another size");
      for (int count : new int[] {0, 1, 8, 101}) {
        float[] scores = engine.score(world.candidates(count), EngineWorld.HISTORY + 1, block);
        require(scores.length == count * EngineWorld.ACTIONS, "scores of another size");
        for (float score : scores) {
          require(score > 0 && score < 1, "a score that is no probability");
        }
      }
      float[] dense = engine.scoreDense(history, world.candidates(9).items(), 1, 3);
      require(dense.length == 9 * EngineWorld.ACTIONS, "dense scores of another size");
      engine.queries(state, new float[2 * EngineWorld.ACTIONS], 1, 3, new long[] {0, 4});
    }
  }

  private static void refusals(NativeEngine engine, EngineWorld world) {
    HostRows block = world.block(KvType.FLOAT32);
    List<Runnable> calls =
        List.of(
            () -> engine.extend(world.actions(1), block.capacity(), block),
            () -> engine.score(world.candidates(1), 0, block),
            () -> engine.scoreDense(world.actions(1), new long[] {-1}, 0, 0),
            () -> engine.queries(new float[1], new float[3], 0, 0, new long[1]));
    for (Runnable call : calls) {
      boolean refused = false;
      try {
        call.run();
      } catch (IllegalArgumentException expected) {
        refused = true;
      }
      require(refused, "a refusal expected");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
