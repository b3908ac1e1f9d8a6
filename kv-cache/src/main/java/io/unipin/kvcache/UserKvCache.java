package io.unipin.kvcache;

import java.time.Duration;

/** The cache of users' keys and values. */
@SuppressWarnings("DoNotCallSuggester")
public final class UserKvCache implements AutoCloseable {
  public UserKvCache(KvCacheConfig config) {}

  public KvLease acquire(KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait) {
    throw new UnsupportedOperationException();
  }

  public KvLease branch(KvLease base, TokenHashes hashes) {
    throw new UnsupportedOperationException();
  }

  public int erase(String user) {
    throw new UnsupportedOperationException();
  }

  public void eraseFingerprint(String fingerprint) {
    throw new UnsupportedOperationException();
  }

  public KvCacheStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
