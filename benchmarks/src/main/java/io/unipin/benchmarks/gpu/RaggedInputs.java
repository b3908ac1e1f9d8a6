package io.unipin.benchmarks.gpu;

import io.unipin.model.archive.ArrayValue;
import io.unipin.model.features.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Builds the arguments of the program's calls of several users, over one pool. The layout of their
 * integers is that of {@code program/ragged.py}.
 */
final class RaggedInputs {
  private final ModelConfig config;
  private final List<PackUser> users;

  RaggedInputs(ModelConfig config, List<PackUser> users) {
    this.config = config;
    this.users = users;
  }

  /** Returns a pool (elements) with room for the blocks of all users. Its elements are NaN. */
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
   * Returns the arguments that encode rows of all users. A user's rows begin at the first token
   * ({@code first}), or are the last {@link PackUser#APPENDED} actions.
   */
  PackedCalls.Arguments extend(ArrayValue table, ArrayValue pool, boolean first) {
    long[][] parts = {{}, {}, {}, {}, {}};
    float[] actions = {};
    long[] used = new long[users.size()];
    for (int b = 0; b < users.size(); b++) {
      PackUser user = users.get(b);
      int from = first ? 0 : user.rows() - PackUser.APPENDED;
      int to = first ? user.rows() - PackUser.APPENDED : user.rows();
      used[b] = to;
      for (int row = from; row < to; row++) {
        // Row 0 is the learned first token, whose features are not read.
        int action = Math.max(0, row - 1);
        append(parts, user.items()[action], user.surfaces()[action], user.gaps()[action], row, b);
        int types = config.actions().size();
        float[] own =
            Arrays.copyOfRange(user.actions(), action * types, (action + 1) * types);
        int before = actions.length;
        actions = Arrays.copyOf(actions, before + types);
        System.arraycopy(own, 0, actions, before, types);
      }
    }
    return new PackedCalls.Arguments()
        .with("table", table)
        .with("ints", ints(parts, used))
        .with("actions", ArrayValue.of(actions, parts[0].length, config.actions().size()))
        .with("users", users.size())
        .with("most_new", most(parts[4]))
        .with("most_rows", Arrays.stream(used).max().orElseThrow())
        .with("pool", pool)
        .withNone("blocks")
        .withNone("steps");
  }

  /** Returns the arguments that score the candidates of all users. */
  PackedCalls.Arguments score(ArrayValue table, ArrayValue paths, ArrayValue pool) {
    long[][] parts = {{}, {}, {}, {}, {}};
    long[] used = users.stream().mapToLong(PackUser::rows).toArray();
    for (int b = 0; b < users.size(); b++) {
      PackUser user = users.get(b);
      for (int i = 0; i < user.candidates().length; i++) {
        append(
            parts,
            user.candidates()[i],
            PackUser.SURFACE,
            PackUser.GAP,
            user.positions()[i],
            b);
      }
    }
    return new PackedCalls.Arguments()
        .with("table", table)
        .with("paths", paths)
        .with("ints", ints(parts, used))
        .with("users", users.size())
        .with("most_new", most(parts[4]))
        .with("most_rows", Arrays.stream(used).max().orElseThrow())
        .with("pool", pool)
        .withNone("blocks")
        .withNone("steps");
  }

  private static void append(long[][] parts, long... values) {
    for (int i = 0; i < parts.length; i++) {
      parts[i] = LongStream.concat(Arrays.stream(parts[i]), LongStream.of(values[i])).toArray();
    }
  }

  private long most(long[] owners) {
    return LongStream.range(0, users.size())
        .map(b -> Arrays.stream(owners).filter(owner -> owner == b).count())
        .max()
        .orElseThrow();
  }

  private ArrayValue ints(long[][] parts, long[] used) {
    long[] ends = new long[users.size() + 1];
    for (int b = 0; b < users.size(); b++) {
      int user = b;
      ends[b + 1] = ends[b] + Arrays.stream(parts[4]).filter(owner -> owner == user).count();
    }
    // The last start and the last capacity are not read.
    long[] starts =
        LongStream.concat(users.stream().mapToLong(PackUser::start), LongStream.of(0)).toArray();
    long[] capacities =
        LongStream.concat(users.stream().mapToLong(PackUser::capacity), LongStream.of(0)).toArray();
    long[] all =
        LongStream.concat(
                Arrays.stream(parts).flatMapToLong(Arrays::stream),
                LongStream.concat(
                    LongStream.concat(Arrays.stream(ends), Arrays.stream(used)),
                    LongStream.concat(Arrays.stream(starts), Arrays.stream(capacities))))
            .toArray();
    return ArrayValue.of(all, all.length);
  }
}
