package io.unipin.benchmarks.gpu;

import io.unipin.model.archive.ArrayValue;
import io.unipin.model.batch.RaggedRows;
import io.unipin.model.features.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds the arguments of calls for several users whose blocks lie in one pool. */
final class RaggedInputs {
  private final ModelConfig config;
  private final List<PackUser> users;

  RaggedInputs(ModelConfig config, List<PackUser> users) {
    this.config = config;
    this.users = users;
  }

  /** Returns a one-dimensional pool with room for the blocks of all users. Its elements are NaN. */
  ArrayValue emptyPool() {
    int rows =
        users.stream()
            .mapToInt(user -> user.start() + config.layers() * user.capacity())
            .max()
            .orElseThrow();
    float[] pool = new float[rows * 2 * config.kvHeads() * config.headDim()];
    Arrays.fill(pool, Float.NaN);
    return ArrayValue.of(pool, pool.length);
  }

  /**
   * Returns the arguments of the call that encodes all actions but the last {@link
   * PackUser#APPENDED}.
   */
  PackedCalls.Arguments prefill(ArrayValue table, ArrayValue pool) {
    return extend(table, pool, users.stream().mapToInt(user -> 0).toArray(), PackUser.APPENDED);
  }

  /** Returns the arguments of the call that encodes the last {@link PackUser#APPENDED} actions. */
  PackedCalls.Arguments append(ArrayValue table, ArrayValue pool) {
    int[] froms = users.stream().mapToInt(user -> user.rows() - PackUser.APPENDED).toArray();
    return extend(table, pool, froms, 0);
  }

  private PackedCalls.Arguments extend(
      ArrayValue table, ArrayValue pool, int[] froms, int withoutLast) {
    int types = config.actions().size();
    List<RaggedRows.Part> parts = new ArrayList<>();
    List<float[]> actions = new ArrayList<>();
    for (int b = 0; b < users.size(); b++) {
      PackUser user = users.get(b);
      int to = user.rows() - withoutLast;
      parts.add(user.rowsOfHistory(froms[b], to));
      actions.add(user.actionsOfRows(froms[b], to, types));
    }
    RaggedRows rows = RaggedRows.of(parts);
    var arguments = new PackedCalls.Arguments().with("table", table).with("ints", ints(rows));
    arguments.with("actions", ArrayValue.of(joined(actions), rows.rows(), types));
    return sizes(arguments, rows).with("pool", pool).withNone("blocks").withNone("steps");
  }

  /** Returns the arguments of the call that scores the candidates of all users. */
  PackedCalls.Arguments score(ArrayValue table, ArrayValue paths, ArrayValue pool) {
    RaggedRows rows = RaggedRows.of(users.stream().map(PackUser::rowsOfCandidates).toList());
    var arguments = new PackedCalls.Arguments().with("table", table).with("paths", paths);
    return sizes(arguments.with("ints", ints(rows)), rows)
        .with("pool", pool)
        .withNone("blocks")
        .withNone("steps");
  }

  private static PackedCalls.Arguments sizes(PackedCalls.Arguments arguments, RaggedRows rows) {
    return arguments
        .with("users", rows.users())
        .with("most_new", rows.mostNew())
        .with("most_rows", rows.mostUsed());
  }

  private static ArrayValue ints(RaggedRows rows) {
    return ArrayValue.of(rows.ints(), rows.ints().length);
  }

  private static float[] joined(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
