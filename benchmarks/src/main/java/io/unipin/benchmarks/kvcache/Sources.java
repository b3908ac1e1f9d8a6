package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Makes off-heap memory with a user's keys and values, in the layout that the engine writes. */
final class Sources {
  private Sources() {}

  /**
   * Returns memory of shape (planes, rows, headDim), without room to grow. The memory lives as long
   * as the process.
   */
  static ByteBuffer direct(int rows) {
    KvLayout own = new KvLayout(4, 4, UserStore.ROW_FLOATS, rows, UserStore.LAYOUT.type());
    long bytes = 2 * own.blockBytes(own.capacityFor(rows));
    UserKvCache memory = new UserKvCache(new KvCacheLimits(bytes, Duration.ofDays(1), bytes));
    TokenHashes.Builder hashes = TokenHashes.builder(rows);
    for (int token = 0; token < rows; token++) {
      hashes.add(token, token);
    }
    KvLease lease =
        memory.acquire(new KvKey("source", "source"), own, hashes.build(), Duration.ZERO);
    ByteBuffer source = ((HostRows) lease.kv()).memory();
    for (int at = 0; at + Float.BYTES <= source.capacity(); at += Float.BYTES) {
      source.putFloat(at, at % 1000);
    }
    return source;
  }
}
