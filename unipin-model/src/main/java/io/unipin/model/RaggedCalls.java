package io.unipin.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.batch.Gatherer;
import io.unipin.model.batch.HalvingRunner;
import io.unipin.model.batch.PoolBlocks;
import io.unipin.model.batch.RaggedRows;
import io.unipin.model.features.ModelConfig;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers calls of several users and runs them as one native call. The rows of all users form one
 * list, without padding. The program reads and writes blocks in place. Thread-safe.
 */
final class RaggedCalls implements ModelCalls {
  private final ModelConfig config;
  private final TorchModule module;
  private final PtNDArray table;
  private final PtNDArray paths;
  private final AttentionKernel kernel;
  private final Gatherer gatherer;

  /**
   * Creates calls that run the program of {@code module}.
   *
   * @param items table of the N items of the catalogue, the out-of-vocabulary item and V live items
   * @param kernel the kernel for which the program is prepared
   */
  RaggedCalls(
      ModelConfig config,
      TorchModule module,
      ItemTable items,
      EngineOptions options,
      AttentionKernel kernel) {
    this.config = config;
    this.module = module;
    this.table = items.tensor();
    this.paths = items.paths();
    this.kernel = kernel;
    boolean cpu = options.device().isCpu();
    Runnable free = cpu ? () -> {} : JniUtils::emptyCudaCache;
    gatherer =
        new Gatherer(
            "unipin-batch",
            cpu ? 1 : 2,
            new Gatherer.Limits(options.batchSize(), options.batchRows(), options.batchWait()),
            new HalvingRunner(this::run, free));
  }

  /**
   * Calls with equal buckets can run as one native call. Such calls are of one kind, and their
   * blocks are in the same memory and have the same type of elements.
   */
  private record Bucket(Class<?> kind, String memory, KvType type) {
    static Bucket of(Class<?> kind, KvRows block) {
      return new Bucket(kind, PoolBlocks.memory(block), block.layout().type());
    }
  }

  private record Extending(Extend call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      return Bucket.of(Extend.class, call.block());
    }

    @Override
    public int rows() {
      return call.count();
    }
  }

  private record Scoring(Score call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      return Bucket.of(Score.class, call.block());
    }

    @Override
    public int rows() {
      return call.candidates().length;
    }
  }

  private record Querying(Query call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      return Query.class;
    }

    @Override
    public int rows() {
      return call.count();
    }
  }

  @Override
  public float[] extend(Extend call) {
    PoolBlocks.require(call.block(), kernel);
    return gatherer.call(new Extending(call));
  }

  @Override
  public float[] score(Score call) {
    PoolBlocks.require(call.block(), kernel);
    return gatherer.call(new Scoring(call));
  }

  @Override
  public float[] queries(Query call) {
    return gatherer.call(new Querying(call));
  }

  /** Runs the call alone, in the caller's thread. */
  @Override
  public float[] scoreDense(Dense call) {
    return new DenseScores(config, module, table, paths).score(call);
  }

  private List<float[]> run(List<Gatherer.Call> calls) {
    JniUtils.setGradMode(false);
    Gatherer.Call first = calls.get(0);
    try (PtNDManager scope = module.newManager()) {
      if (first instanceof Extending) {
        return extendAll(scope, calls.stream().map(call -> ((Extending) call).call()).toList());
      }
      if (first instanceof Scoring) {
        return scoreAll(scope, calls.stream().map(call -> ((Scoring) call).call()).toList());
      }
      return queryAll(scope, calls.stream().map(call -> ((Querying) call).call()).toList());
    } catch (EngineException e) {
      throw TorchModule.failure("a batch", e);
    }
  }

  private List<float[]> extendAll(PtNDManager scope, List<Extend> calls) {
    int types = config.actions().size();
    RaggedRows rows = RaggedRows.of(calls.stream().map(this::part).toList());
    float[] actions = new float[rows.rows() * types];
    int end = 0;
    for (Extend call : calls) {
      end += call.count() * types;
      float[] own = call.tokens().actions();
      System.arraycopy(own, 0, actions, end - own.length, own.length);
    }
    Memory memory = memory(scope, calls.stream().map(Extend::block).toList());
    float[] states =
        module.runToFloats(
            scope,
            "extend_ragged",
            IValue.from(table),
            longs(scope, rows.ints()),
            floats(scope, actions, rows.rows(), types),
            IValue.from((long) rows.users()),
            IValue.from((long) rows.mostNew()),
            IValue.from((long) rows.mostUsed()),
            memory.pool(),
            memory.blocks(),
            memory.steps());
    return RaggedRows.cut(states, calls.stream().map(call -> config.width()).toList());
  }

  /**
   * Returns a user's new rows. The learned first token, if it is new, gets the item row of an
   * unknown item, which the program does not use.
   */
  private RaggedRows.Part part(Extend call) {
    Tokens tokens = call.tokens();
    int count = call.count();
    int first = count - tokens.size();
    long[] items = moved(tokens.items(), first, count);
    Arrays.fill(items, 0, first, config.items());
    long[] positions = new long[count];
    Arrays.setAll(positions, i -> call.from() + i);
    return new RaggedRows.Part(
        items,
        moved(tokens.surfaces(), first, count),
        moved(tokens.gaps(), first, count),
        positions,
        PoolBlocks.place(call.block(), call.from() + count));
  }

  private static long[] moved(long[] values, int by, int count) {
    long[] moved = new long[count];
    System.arraycopy(values, 0, moved, by, values.length);
    return moved;
  }

  private List<float[]> scoreAll(PtNDManager scope, List<Score> calls) {
    RaggedRows rows = RaggedRows.of(calls.stream().map(RaggedCalls::part).toList());
    Memory memory = memory(scope, calls.stream().map(Score::block).toList());
    float[] scores =
        module.runToFloats(
            scope,
            "score_ragged",
            IValue.from(table),
            IValue.from(paths),
            longs(scope, rows.ints()),
            IValue.from((long) rows.users()),
            IValue.from((long) rows.mostNew()),
            IValue.from((long) rows.mostUsed()),
            memory.pool(),
            memory.blocks(),
            memory.steps());
    int types = config.actions().size();
    return RaggedRows.cut(
        scores, calls.stream().map(call -> call.candidates().length * types).toList());
  }

  private static RaggedRows.Part part(Score call) {
    int count = call.candidates().length;
    long[] surfaces = new long[count];
    long[] gaps = new long[count];
    long[] positions = call.positions();
    if (positions.length != count) {
      positions = new long[count];
      Arrays.fill(positions, call.positions()[0]);
    }
    Arrays.fill(surfaces, call.surface());
    Arrays.fill(gaps, call.gap());
    return new RaggedRows.Part(
        call.candidates(), surfaces, gaps, positions, PoolBlocks.place(call.block(), call.rows()));
  }

  private List<float[]> queryAll(PtNDManager scope, List<Query> calls) {
    int rows = calls.stream().mapToInt(Query::count).sum();
    int types = config.actions().size();
    float[] states = new float[rows * config.width()];
    float[] outcomes = new float[rows * types];
    long[] surfaces = new long[rows];
    long[] gaps = new long[rows];
    long[] offsets = new long[rows];
    int at = 0;
    for (Query call : calls) {
      System.arraycopy(call.outcomes(), 0, outcomes, at * types, call.count() * types);
      for (int i = 0; i < call.count(); i++, at++) {
        System.arraycopy(call.state(), 0, states, at * config.width(), config.width());
        surfaces[at] = call.surface();
        gaps[at] = call.gap();
        offsets[at] = call.offsets()[i];
      }
    }
    float[] queries =
        module.runToFloats(
            scope,
            "queries",
            floats(scope, states, rows, config.width()),
            floats(scope, outcomes, rows, types),
            longs(scope, surfaces),
            longs(scope, gaps),
            longs(scope, offsets));
    return RaggedRows.cut(
        queries, calls.stream().map(call -> call.count() * config.itemDim()).toList());
  }

  /** The blocks of a call in the form that the program takes. */
  private record Memory(IValue pool, IValue blocks, IValue steps) {}

  private static Memory memory(PtNDManager scope, List<KvRows> blocks) {
    if (blocks.get(0) instanceof EngineRows rows) {
      IValue none = IValue.listFrom(new PtNDArray[0]);
      return new Memory(
          IValue.from(PoolBlocks.tensor(rows)), none, IValue.listFrom(new PtNDArray[0]));
    }
    PtNDArray[] elements = new PtNDArray[blocks.size()];
    PtNDArray[] steps = new PtNDArray[blocks.size()];
    for (int b = 0; b < blocks.size(); b++) {
      HostRows rows = (HostRows) blocks.get(b); // all blocks of a bucket are in host memory here
      KvArrays own = KvArrays.over(scope, rows.layout(), rows.memory(), rows.capacity());
      elements[b] = own.elements();
      steps[b] = own.steps();
    }
    return new Memory(IValue.from(elements[0]), IValue.listFrom(elements), IValue.listFrom(steps));
  }

  private static IValue longs(PtNDManager scope, long[] values) {
    return IValue.from((PtNDArray) scope.create(values));
  }

  private static IValue floats(PtNDManager scope, float[] values, long... shape) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(shape)));
  }

  @Override
  public void close() {
    gatherer.close();
  }
}
