package io.unipin.model;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ItemIdentity;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.features.TokenSequence;

/**
 * Converts the arguments of a model's methods to the form that the TorchScript program takes.
 * Refuses arguments that are out of range. Immutable.
 */
final class CallArguments {
  private final ModelConfig config;
  private final int rows;

  /**
   * Creates the converter of a model's calls.
   *
   * @param liveItems number of live items for which the model's table has room
   */
  CallArguments(ModelConfig config, int liveItems) {
    this.config = config;
    this.rows = config.items() + 1 + liveItems;
  }

  /** Checks that rows {@code [from, rows)} can be written to a block, and returns the block. */
  KvRows writable(KvRows kv, int from, int rows) {
    if (from < 0 || from >= rows || rows > kv.capacity()) {
      throw new IllegalArgumentException(
          "from < rows <= capacity expected, got from %s, rows %s, capacity %s"
              .formatted(from, rows, kv.capacity()));
    }
    return ofModel(kv);
  }

  /** Checks that the first {@code rows} rows of a block can be read, and returns the block. */
  KvRows readable(KvRows kv, int rows) {
    if (rows < 1 || rows > kv.capacity()) {
      throw new IllegalArgumentException(
          "1 to %s rows expected, got %s".formatted(kv.capacity(), rows));
    }
    return ofModel(kv);
  }

  private KvRows ofModel(KvRows kv) {
    KvLayout expected = config.kvLayout(kv.layout().type());
    if (!kv.layout().equals(expected)) {
      throw new IllegalArgumentException(
          "rows of %s expected, got %s".formatted(expected, kv.layout()));
    }
    return kv;
  }

  /** Returns the actions of a window from index {@code start} on. */
  ModelCalls.Tokens tokens(TokenSequence tokens, int start) {
    int count = tokens.size() - start;
    int types = config.actions().size();
    long[] itemRows = new long[count];
    float[] actions = new float[count * types];
    long[] surfaces = new long[count];
    long[] gaps = new long[count];
    for (int i = 0; i < count; i++) {
      itemRows[i] = index("item", tokens.items()[start + i], rows);
      requireIdentity(tokens, start + i);
      surfaces[i] = index("surface", tokens.surfaces()[start + i], config.surfaces().size());
      gaps[i] = index("gap", tokens.gaps()[start + i], GapBuckets.COUNT);
      multiHot(tokens.actions()[start + i], actions, i * types);
    }
    return new ModelCalls.Tokens(itemRows, actions, surfaces, gaps);
  }

  /**
   * Refuses a live item without an identity, and any other item with an identity. Otherwise the
   * token's hash would stand for the wrong item.
   */
  private void requireIdentity(TokenSequence tokens, int at) {
    boolean live = tokens.items()[at] > config.items();
    if (live != (tokens.identities()[at] != ItemIdentity.NONE)) {
      throw new IllegalArgumentException(
          "%s identity expected for the item of row %s, got %s"
              .formatted(live ? "an" : "no", tokens.items()[at], live ? "none" : "one"));
    }
  }

  private void multiHot(long bits, float[] out, int offset) {
    int actions = config.actions().size();
    if (bits < 0 || bits >>> actions != 0) {
      throw new IllegalArgumentException(
          "a multi-hot of %s actions expected, got bits %x".formatted(actions, bits));
    }
    for (int c = 0; c < actions; c++) {
      out[offset + c] = bits >>> c & 1;
    }
  }

  long surface(RequestContext context) {
    return index("surface", context.surface(), config.surfaces().size());
  }

  long gap(RequestContext context) {
    return index("gap", context.gap(), GapBuckets.COUNT);
  }

  long[] candidates(int[] candidates) {
    return indices("candidate", candidates, rows);
  }

  long[] positions(int[] positions, int candidates) {
    if (positions.length != 1 && positions.length != candidates) {
      throw new IllegalArgumentException(
          "1 or %s positions expected, got %s".formatted(candidates, positions.length));
    }
    return indices("position", positions, PagePositions.COUNT);
  }

  long[] offsets(int[] offsets) {
    return indices("offset", offsets, TargetOffsets.COUNT);
  }

  private static long[] indices(String what, int[] values, int bound) {
    long[] indices = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      indices[i] = index(what, values[i], bound);
    }
    return indices;
  }

  private static long index(String what, int value, int bound) {
    if (value < 0 || value >= bound) {
      throw new IllegalArgumentException(
          "%s below %s expected, got %s".formatted(what, bound, value));
    }
    return value;
  }
}
