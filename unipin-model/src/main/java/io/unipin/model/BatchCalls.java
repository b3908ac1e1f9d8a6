package io.unipin.model;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.kvcache.HostRows;
import io.unipin.model.features.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers calls of several users and runs them as one native call. Stacks blocks of equal capacity,
 * and pads tokens and candidates to the next power of two, so a device gets few different shapes.
 * Thread-safe.
 */
final class BatchCalls implements ModelCalls {
  private final ModelConfig config;
  private final TorchModule module;
  private final PtNDArray table;
  private final PtNDArray paths;
  private final Gatherer gatherer;

  /**
   * Creates calls that run the program of {@code module}.
   *
   * @param items table of the N items of the catalogue, the out-of-vocabulary item and V live items
   */
  BatchCalls(ModelConfig config, TorchModule module, ItemTable items, EngineOptions options) {
    this.config = config;
    this.module = module;
    this.table = items.tensor();
    this.paths = items.paths();
    gatherer = new Gatherer("unipin-batch", options.batchSize(), options.batchWait(), this::run);
  }

  /**
   * Key of calls that can run as one. These calls are of one kind, their blocks have equal layouts
   * and capacities, and their inputs are padded to one length.
   */
  private record Bucket(Class<?> kind, Object layout, int capacity, int length) {}

  private record Extending(Extend call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      HostRows block = call.block();
      return new Bucket(Extend.class, block.layout(), block.capacity(), padded(call.count()));
    }
  }

  private record Scoring(Score call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      HostRows block = call.block();
      int length = padded(call.candidates().length);
      return new Bucket(Score.class, block.layout(), block.capacity(), length);
    }
  }

  private record Querying(Query call) implements Gatherer.Call {
    @Override
    public Object bucket() {
      return Query.class;
    }
  }

  /** Returns the smallest power of two that is at least {@code length}. */
  static int padded(int length) {
    return length <= 1 ? 1 : Integer.highestOneBit(length - 1) << 1;
  }

  @Override
  public float[] extend(Extend call) {
    return gatherer.call(new Extending(call));
  }

  @Override
  public float[] score(Score call) {
    return gatherer.call(new Scoring(call));
  }

  @Override
  public float[] queries(Query call) {
    return gatherer.call(new Querying(call));
  }

  private List<float[]> run(List<Gatherer.Call> calls) {
    JniUtils.setGradMode(false);
    Gatherer.Call first = calls.get(0);
    if (first instanceof Extending) {
      return extendAll(calls.stream().map(call -> ((Extending) call).call()).toList());
    }
    if (first instanceof Scoring) {
      return scoreAll(calls.stream().map(call -> ((Scoring) call).call()).toList());
    }
    return queryAll(calls.stream().map(call -> ((Querying) call).call()).toList());
  }

  private List<float[]> extendAll(List<Extend> calls) {
    int users = calls.size();
    int m = padded(calls.stream().mapToInt(Extend::count).max().orElseThrow());
    int types = config.actions().size();
    long[] items = new long[users * m];
    Arrays.fill(items, config.items());
    float[] actions = new float[users * m * types];
    long[] surfaces = new long[users * m];
    long[] gaps = new long[users * m];
    float[] first = new float[users * m];
    for (int b = 0; b < users; b++) {
      Extend call = calls.get(b);
      Tokens tokens = call.tokens();
      int at = b * m + call.count() - tokens.size();
      first[b * m] = call.from() == 0 ? 1 : 0;
      System.arraycopy(tokens.items(), 0, items, at, tokens.size());
      System.arraycopy(tokens.actions(), 0, actions, at * types, tokens.size() * types);
      System.arraycopy(tokens.surfaces(), 0, surfaces, at, tokens.size());
      System.arraycopy(tokens.gaps(), 0, gaps, at, tokens.size());
    }
    try (PtNDManager scope = module.newManager()) {
      List<KvArrays> own = blocks(scope, calls.stream().map(Extend::block).toList());
      KvArrays stacked = stack(scope, own);
      float[] states =
          module.runToFloats(
              scope,
              "extend_batch",
              IValue.from(table),
              longs(scope, items, users, m),
              floats(scope, actions, users, m, types),
              longs(scope, surfaces, users, m),
              longs(scope, gaps, users, m),
              floats(scope, first, users, m, 1),
              IValue.from(stacked.elements()),
              IValue.from(stacked.steps()),
              longs(scope, calls.stream().mapToLong(Extend::from).toArray(), users),
              longs(scope, calls.stream().mapToLong(Extend::count).toArray(), users));
      for (int b = 0; b < users; b++) {
        putBack(stacked, b, own.get(b), calls.get(b));
      }
      return split(states, users, config.width());
    }
  }

  /** Copies one user's computed rows from the stacked block to the user's own block. */
  private void putBack(KvArrays stacked, int user, KvArrays own, Extend call) {
    module
        .run(
            "put_back",
            IValue.from(stacked.elements()),
            IValue.from(stacked.steps()),
            IValue.from((long) user),
            IValue.from(own.elements()),
            IValue.from(own.steps()),
            IValue.from((long) call.from()),
            IValue.from((long) call.count()))
        .close();
  }

  private List<float[]> scoreAll(List<Score> calls) {
    int users = calls.size();
    int types = config.actions().size();
    int k = padded(calls.stream().mapToInt(call -> call.candidates().length).max().orElseThrow());
    long[] candidates = new long[users * k];
    Arrays.fill(candidates, config.items());
    long[] positions = new long[users * k];
    for (int b = 0; b < users; b++) {
      long[] own = calls.get(b).candidates();
      System.arraycopy(own, 0, candidates, b * k, own.length);
      long[] shown = calls.get(b).positions();
      for (int i = 0; i < own.length; i++) {
        positions[b * k + i] = shown[shown.length == 1 ? 0 : i];
      }
    }
    try (PtNDManager scope = module.newManager()) {
      KvArrays stacked = stack(scope, blocks(scope, calls.stream().map(Score::block).toList()));
      float[] scores =
          module.runToFloats(
              scope,
              "score_batch",
              IValue.from(table),
              IValue.from(paths),
              longs(scope, candidates, users, k),
              longs(scope, calls.stream().mapToLong(Score::surface).toArray(), users),
              longs(scope, calls.stream().mapToLong(Score::gap).toArray(), users),
              longs(scope, positions, users, k),
              IValue.from(stacked.elements()),
              IValue.from(stacked.steps()),
              longs(scope, calls.stream().mapToLong(Score::rows).toArray(), users));
      List<float[]> results = new ArrayList<>();
      for (int b = 0; b < users; b++) {
        int from = b * k * types;
        int length = calls.get(b).candidates().length * types;
        results.add(Arrays.copyOfRange(scores, from, from + length));
      }
      return results;
    }
  }

  private List<float[]> queryAll(List<Query> calls) {
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
    try (PtNDManager scope = module.newManager()) {
      float[] queries =
          module.runToFloats(
              scope,
              "queries",
              floats(scope, states, rows, config.width()),
              floats(scope, outcomes, rows, types),
              longs(scope, surfaces, rows),
              longs(scope, gaps, rows),
              longs(scope, offsets, rows));
      List<float[]> results = new ArrayList<>();
      int from = 0;
      for (Query call : calls) {
        int length = call.count() * config.itemDim();
        results.add(Arrays.copyOfRange(queries, from, from + length));
        from += length;
      }
      return results;
    }
  }

  private static List<KvArrays> blocks(PtNDManager scope, List<HostRows> blocks) {
    return blocks.stream()
        .map(block -> KvArrays.over(scope, block.layout(), block.memory(), block.capacity()))
        .toList();
  }

  /**
   * Copies the elements of all users' blocks into one array, and the steps of all blocks into
   * another.
   */
  private static KvArrays stack(PtNDManager scope, List<KvArrays> own) {
    NDList elements = new NDList();
    own.forEach(arrays -> elements.add(arrays.elements()));
    PtNDArray all = (PtNDArray) NDArrays.stack(elements);
    all.attach(scope);
    if (all.getDataType() != DataType.INT8) {
      return new KvArrays(all, all);
    }
    NDList steps = new NDList();
    own.forEach(arrays -> steps.add(arrays.steps()));
    PtNDArray allSteps = (PtNDArray) NDArrays.stack(steps);
    allSteps.attach(scope);
    return new KvArrays(all, allSteps);
  }

  private static List<float[]> split(float[] rows, int count, int width) {
    List<float[]> each = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      each.add(Arrays.copyOfRange(rows, i * width, (i + 1) * width));
    }
    return each;
  }

  private static IValue longs(PtNDManager scope, long[] values, long... shape) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(shape)));
  }

  private static IValue floats(PtNDManager scope, float[] values, long... shape) {
    return IValue.from((PtNDArray) scope.create(values, new Shape(shape)));
  }

  @Override
  public void close() {
    gatherer.close();
  }
}
