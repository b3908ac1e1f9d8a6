package io.unipin.serving.redis.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.TokenHashes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A stand-in for a model. A row and a state depend on all tokens up to their position. So the
 * checks detect a row of another sequence or of another position.
 */
final class TierRows {
  private TierRows() {}

  /**
   * Returns {@code size} tokens: 0 (the learned first token), then {@code first}, {@code first} + 1
   * and so on.
   */
  static int[] sequence(int size, int first) {
    int[] tokens = new int[size];
    for (int i = 1; i < size; i++) {
      tokens[i] = first + i - 1;
    }
    return tokens;
  }

  static TokenHashes hashes(int... tokens) {
    TokenHashes.Builder builder = TokenHashes.builder(tokens.length);
    for (int token : tokens) {
      builder.add(token, 7);
    }
    return builder.build();
  }

  private static float[] state(int... tokens) {
    return new float[] {tokens.length, Arrays.hashCode(tokens)};
  }

  /**
   * Does the work of a request: checks the reused rows, writes the other rows, commits, and checks
   * all rows.
   */
  static void serve(KvLease lease, KvLayout layout, int... tokens) {
    long[] seeds = seeds(tokens);
    ByteBuffer block = ((HostRows) lease.kv()).memory();
    for (int row = 0; row < tokens.length; row++) {
      for (int plane = 0; plane < planes(layout); plane++) {
        byte[] pattern = pattern(layout, seeds[row] + plane);
        int place = plane * lease.capacity() + row;
        int bytes = layout.headDim() * layout.type().bytes();
        int steps = layout.type().stepBytes();
        int stepsAt = (int) layout.elementBytes(lease.capacity()) + place * steps;
        if (row < lease.reusedRows()) {
          byte[] found = new byte[bytes + steps];
          block.get(place * bytes, found, 0, bytes);
          block.get(stepsAt, found, bytes, steps);
          if (!Arrays.equals(found, pattern)) {
            assertThat(found).as("row %s, plane %s", row, plane).isEqualTo(pattern);
          }
        } else {
          block.put(place * bytes, pattern, 0, bytes);
          block.put(stepsAt, pattern, bytes, steps);
        }
      }
    }
    if (lease.reusedRows() < lease.rows()) {
      lease.commit(state(tokens));
    }
    assertThat(lease.state()).isEqualTo(state(tokens));
  }

  private static int planes(KvLayout layout) {
    return layout.layers() * 2 * layout.kvHeads();
  }

  private static long[] seeds(int... tokens) {
    long[] seeds = new long[tokens.length];
    long seed = 1;
    for (int i = 0; i < tokens.length; i++) {
      seed = (seed ^ tokens[i]) * 0x9E3779B97F4A7C15L;
      seed ^= seed >>> 29;
      seeds[i] = seed;
    }
    return seeds;
  }

  private static byte[] pattern(KvLayout layout, long seed) {
    long bits = seed * 0xBF58476D1CE4E5B9L;
    byte[] pattern = new byte[layout.headDim() * layout.type().bytes() + layout.type().stepBytes()];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (bits >>> (8 * (i & 7)));
    }
    return pattern;
  }
}
