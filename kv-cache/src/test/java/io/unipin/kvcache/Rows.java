package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A stand-in for a model. A row and a state depend on all tokens up to their position. So the
 * checks detect a row of another sequence, of another position or of freed memory.
 */
public final class Rows {
  private Rows() {}

  /**
   * Returns {@code size} tokens: 0 (the learned first token), then {@code first}, {@code first} +
   * 1, …
   */
  public static int[] sequence(int size, int first) {
    int[] tokens = new int[size];
    for (int i = 1; i < size; i++) {
      tokens[i] = first + i - 1;
    }
    return tokens;
  }

  public static int[] tokens(int... afterFirst) {
    int[] tokens = new int[afterFirst.length + 1];
    System.arraycopy(afterFirst, 0, tokens, 1, afterFirst.length);
    return tokens;
  }

  public static TokenHashes hashes(int... tokens) {
    TokenHashes.Builder builder = TokenHashes.builder(tokens.length);
    for (int token : tokens) {
      builder.add(token, 7);
    }
    return builder.build();
  }

  public static float[] state(int... tokens) {
    return new float[] {tokens.length, Arrays.hashCode(tokens)};
  }

  /** Returns the memory of a lease's block. The block must lie in host memory. */
  public static ByteBuffer block(KvLease lease) {
    return ((HostRows) lease.kv()).memory();
  }

  /** Returns the memory of a block in host memory. */
  static ByteBuffer memory(KvBlock block) {
    return ((HostRows) block.rows()).memory();
  }

  /** Writes the rows that the lease lacks, and no other rows. */
  public static void write(KvLease lease, KvLayout layout, int... tokens) {
    KvRows block = lease.kv();
    long[] seeds = seeds(layout, tokens);
    for (int row = lease.reusedRows(); row < lease.rows(); row++) {
      for (int plane = 0; plane < layout.planes(); plane++) {
        put(block, plane, row, pattern(layout, plane, seeds[row]));
      }
    }
  }

  /** Checks that rows {@code [0, rows)} of the lease's block are the rows of these tokens. */
  public static void verify(KvLease lease, KvLayout layout, int rows, int... tokens) {
    KvRows block = lease.kv();
    long[] seeds = seeds(layout, tokens);
    byte[] found = new byte[layout.rowBytes() + layout.type().stepBytes()];
    for (int row = 0; row < rows; row++) {
      for (int plane = 0; plane < layout.planes(); plane++) {
        get(block, plane, row, found);
        byte[] expected = pattern(layout, plane, seeds[row]);
        if (!Arrays.equals(found, expected)) {
          assertThat(found)
              .as("row %d of plane %d of %s", row, plane, lease.outcome())
              .isEqualTo(expected);
        }
      }
    }
  }

  /** Acts as a request: checks the reused rows, writes the rest, commits, and checks all rows. */
  public static void serve(KvLease lease, KvLayout layout, int... tokens) {
    verify(lease, layout, lease.reusedRows(), tokens);
    if (lease.reusedRows() < lease.rows()) {
      write(lease, layout, tokens);
      lease.commit(state(tokens));
    }
    verify(lease, layout, tokens.length, tokens);
    assertThat(lease.state()).isEqualTo(state(tokens));
  }

  /** Closes the cache and checks that nothing is left in use. */
  public static void closeClean(UserKvCache cache) {
    assertThat(cache.stats().leases()).isZero();
    assertThat(cache.stats().leasedBytes()).isZero();
    cache.close();
    assertThat(cache.stats().entries()).isZero();
    assertThat(cache.stats().usedBytes()).isZero();
    assertThat(cache.stats().leasedBytes()).isZero();
  }

  private static void put(KvRows rows, int plane, int row, byte[] pattern) {
    if (rows instanceof HostRows host) {
      KvLayout layout = host.layout();
      int width = layout.rowBytes();
      host.memory().put(offset(layout, host.capacity(), plane, row), pattern, 0, width);
      int step = stepOffset(layout, host.capacity(), plane, row);
      host.memory().put(step, pattern, width, layout.type().stepBytes());
    } else {
      HeapPool.put((EngineRows) rows, plane, row, pattern);
    }
  }

  private static void get(KvRows rows, int plane, int row, byte[] found) {
    if (rows instanceof HostRows host) {
      KvLayout layout = host.layout();
      int width = layout.rowBytes();
      host.memory().get(offset(layout, host.capacity(), plane, row), found, 0, width);
      int step = stepOffset(layout, host.capacity(), plane, row);
      host.memory().get(step, found, width, layout.type().stepBytes());
    } else {
      HeapPool.get((EngineRows) rows, plane, row, found);
    }
  }

  private static int offset(KvLayout layout, int capacity, int plane, int row) {
    return (plane * capacity + row) * layout.rowBytes();
  }

  /**
   * Returns the byte position of a row's quantization step. This is the end of the block if the
   * type has no steps.
   */
  private static int stepOffset(KvLayout layout, int capacity, int plane, int row) {
    return (int) layout.elementBytes(capacity)
        + (plane * capacity + row) * layout.type().stepBytes();
  }

  /** Returns one value per token. The value at index i depends on tokens 0..i. */
  private static long[] seeds(KvLayout layout, int... tokens) {
    long[] seeds = new long[tokens.length];
    long seed = layout.toString().hashCode(); // equal in all processes
    for (int i = 0; i < tokens.length; i++) {
      seed = (seed ^ tokens[i]) * 0x9E3779B97F4A7C15L;
      seed ^= seed >>> 29;
      seeds[i] = seed;
    }
    return seeds;
  }

  private static byte[] pattern(KvLayout layout, int plane, long seed) {
    long bits = (seed ^ plane) * 0xBF58476D1CE4E5B9L;
    byte[] pattern = new byte[layout.rowBytes() + layout.type().stepBytes()];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (bits >>> (8 * (i & 7)));
    }
    return pattern;
  }
}
