package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A store that uses UniPin's cache. An append alternates between two histories that differ in their
 * last eight tokens.
 */
final class UnipinStore extends UserStore {
  private static final long BUDGET = 160L << 20;

  private final UserKvCache cache =
      new UserKvCache(new KvCacheLimits(BUDGET, Duration.ofHours(1), 1 << 24));
  private final ByteBuffer source = Sources.direct(ROWS);
  private final TokenHashes[] histories = {hashes(0), hashes(1)};
  private final KvKey[] keys = new KvKey[USERS];
  private final int[] turns = new int[APPENDING];
  private final float[] state = new float[256];

  UnipinStore() {
    for (int user = 0; user < USERS; user++) {
      keys[user] = new KvKey("user" + user, "model");
    }
  }

  private static TokenHashes hashes(int variant) {
    TokenHashes.Builder builder = TokenHashes.builder(ROWS);
    for (int token = 0; token < ROWS; token++) {
      builder.add(token, token < ROWS - NEW_ROWS ? 0 : variant);
    }
    return builder.build();
  }

  @Override
  long acquire(int user) {
    try (KvLease lease = cache.acquire(keys[user], LAYOUT, histories[0], Duration.ZERO)) {
      return lease.outcome() == KvOutcome.HIT ? lease.rows() : miss(user);
    }
  }

  private static long miss(int user) {
    throw new IllegalStateException("a hit of user " + user + " expected");
  }

  @Override
  void put(int user) {
    KvKey key = user < USERS ? keys[user] : new KvKey("user" + user, "model");
    try (KvLease lease = cache.acquire(key, LAYOUT, histories[0], Duration.ZERO)) {
      write(lease);
    }
  }

  @Override
  void append(int user) {
    TokenHashes next = histories[++turns[user] % 2];
    try (KvLease lease = cache.acquire(keys[user], LAYOUT, next, Duration.ZERO)) {
      write(lease);
    }
  }

  /**
   * Writes the rows that the lease lacks, in the engine's order: plane by plane, and row by row
   * within a plane.
   */
  private void write(KvLease lease) {
    ByteBuffer block = ((HostRows) lease.kv()).memory();
    int from = lease.reusedRows();
    int bytes = (lease.rows() - from) * ROW_FLOATS * Float.BYTES;
    for (int plane = 0; plane < PLANES; plane++) {
      int at = (plane * lease.capacity() + from) * ROW_FLOATS * Float.BYTES;
      block.put(at, source, plane * ROWS * ROW_FLOATS * Float.BYTES, bytes);
    }
    lease.commit(state);
  }

  @Override
  public void close() {
    cache.close();
  }
}
