package io.unipin.benchmarks.gpu;

import io.unipin.model.archive.ArrayValue;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.files.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The serving calls of one model: for items, for single users, and for several users in one pool.
 */
final class ServingCalls {
  /** Per user: numbers of actions and candidates, then capacity and start of the block. */
  private static final int[][] USERS = {{40, 7, 48, 200}, {9, 13, 16, 8}, {23, 1, 32, 90}};

  private static final int LIVE_ITEMS = 5;
  private static final int QUERIES = 3;

  private final PackModel model;
  private final ModelConfig config;
  private final PackedCalls calls;
  private final Random random;

  ServingCalls(PackModel model, PackedCalls calls) {
    this.model = model;
    this.config = model.config();
    this.calls = calls;
    this.random = new Random(model.seed());
  }

  void pack() {
    calls.prepare(
        "prepare",
        new PackedCalls.Arguments()
            .with("arithmetic", Program.number("PLAIN"))
            .with("kernel", Program.number("EACH")));
    ArrayValue rows = itemRows();
    int count = config.items() + 1;
    ArrayValue table = columns(rows, 0, config.itemDim());
    ArrayValue paths =
        config.contentPath() == 0
            ? ArrayValue.of(new float[0], 0)
            : columns(rows, config.itemDim(), config.contentPath());
    calls.name("table", table);
    calls.name("paths", paths);
    live(count);
    List<PackUser> users = new ArrayList<>();
    for (int[] user : USERS) {
      users.add(PackUser.of(config, random, user[0], user[1], user[2], user[3]));
    }
    for (int u = 0; u < users.size(); u++) {
      single(u, users.get(u), table, paths);
    }
    together(users, table, paths);
  }

  private ArrayValue itemRows() {
    int count = config.items() + 1;
    float[] ids = model.weights().get(Program.ITEM_ID).toArray();
    return calls
        .call(
            "items",
            "item_rows",
            true,
            new PackedCalls.Arguments()
                .with("ids", ArrayValue.of(ids, count, config.itemDim()))
                .with("content", ArrayValue.of(model.content(), count, config.contentDim()))
                .with("buckets", longs(model.attributes().buckets()))
                .with("starts", longs(model.attributes().starts())))
        .results()
        .get(0);
  }

  /** Packs the call that embeds items without an id. */
  private void live(int count) {
    long[] chosen = PackUser.longs(random, LIVE_ITEMS, count);
    float[] content = new float[LIVE_ITEMS * config.contentDim()];
    for (int i = 0; i < LIVE_ITEMS; i++) {
      System.arraycopy(
          model.content(),
          (int) chosen[i] * config.contentDim(),
          content,
          i * config.contentDim(),
          config.contentDim());
    }
    var bags = model.attributes().chosen(chosen);
    calls.call(
        "live",
        "item_rows",
        true,
        new PackedCalls.Arguments()
            .with("ids", ArrayValue.of(new float[config.itemDim()], 1, config.itemDim()))
            .with("content", ArrayValue.of(content, LIVE_ITEMS, config.contentDim()))
            .with("buckets", longs(bags.buckets()))
            .with("starts", longs(bags.starts())));
  }

  private void single(int number, PackUser user, ArrayValue table, ArrayValue paths) {
    int n = user.items().length;
    int first = n - PackUser.APPENDED;
    ArrayValue empty = user.emptyBlock(config);
    ArrayValue begun =
        calls
            .call("prefill-" + number, "extend", false, user.extend(table, empty, 0, first))
            .arguments()
            .get(5)
            .get(0);
    var appended =
        calls.call("append-" + number, "extend", false, user.extend(table, begun, first, n));
    ArrayValue block = appended.arguments().get(5).get(0);
    calls.call("score-" + number, "score", false, user.score(table, paths, block));
    calls.call(
        "first-" + number, "score", false, user.atFirstPosition().score(table, paths, block));
    calls.call("dense-" + number, "score_dense", true, user.scoreDense(table, paths));
    queries(number, appended.results().get(0));
  }

  private void queries(int number, ArrayValue state) {
    int types = config.actions().size();
    calls.call(
        "queries-" + number,
        "queries",
        true,
        new PackedCalls.Arguments()
            .with("state", ArrayValue.of(state.floats(), 1, config.width()))
            .with("outcomes", ArrayValue.of(PackUser.bits(random, QUERIES * types), QUERIES, types))
            .with("surfaces", ArrayValue.of(new long[] {PackUser.SURFACE}, 1))
            .with("gaps", ArrayValue.of(new long[] {PackUser.GAP}, 1))
            .with("offsets", longs(PackUser.longs(random, QUERIES, TargetOffsets.COUNT))));
  }

  private void together(List<PackUser> users, ArrayValue table, ArrayValue paths) {
    RaggedInputs ragged = new RaggedInputs(config, users);
    ArrayValue begun =
        calls
            .call("prefill-all", "extend_ragged", true, ragged.prefill(table, ragged.emptyPool()))
            .arguments()
            .get(6)
            .get(0);
    ArrayValue pool =
        calls
            .call("append-all", "extend_ragged", true, ragged.append(table, begun))
            .arguments()
            .get(6)
            .get(0);
    calls.call("score-all", "score_ragged", true, ragged.score(table, paths, pool));
  }

  private static ArrayValue columns(ArrayValue rows, int from, int width) {
    int count = (int) rows.shape()[0];
    int wide = (int) rows.shape()[1];
    float[] all = rows.floats();
    float[] some = new float[count * width];
    for (int row = 0; row < count; row++) {
      System.arraycopy(all, row * wide + from, some, row * width, width);
    }
    return ArrayValue.of(some, count, width);
  }

  private static ArrayValue longs(long[] values) {
    return ArrayValue.of(Arrays.copyOf(values, values.length), values.length);
  }
}
