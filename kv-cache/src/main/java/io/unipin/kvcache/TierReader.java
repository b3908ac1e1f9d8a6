package io.unipin.kvcache;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Reads rows from the tier into the blocks of requests, on the requests' threads. Thread-safe. */
final class TierReader {
  private final KvTier tier;
  private final EnumCounters<KvTierLookup> lookups = new EnumCounters<>(KvTierLookup.class);
  private final LongAdder bytes = new LongAdder();

  TierReader(KvTier tier) {
    this.tier = tier;
  }

  /** Reads the rows that the lease lacks, if the tier holds any of them and the choice allows it. */
  void reload(KvLease lease, KvKey key, ReloadChoice choice) {
    lookups.add(reloaded(lease, key, choice), 1);
  }

  private KvTierLookup reloaded(KvLease lease, KvKey key, ReloadChoice choice) {
    int reused = lease.reusedRows();
    int rows = lease.rows();
    Optional<KvTier.Held> found = tier.find(key, lease.kvBlock().layout(), lease.hashes());
    if (found.isEmpty() || found.get().rows() <= reused) {
      return KvTierLookup.ABSENT;
    }
    KvTier.Held held = found.get();
    ReloadChoice.Offer offer =
        new ReloadChoice.Offer(reused, held.rows(), held.isWhole(), rows, held.bytes(reused));
    if (!choice.pays(offer)) {
      return KvTierLookup.DECLINED;
    }
    long began = System.nanoTime();
    KvTier.Loaded loaded = held.load(lease.hostRows(), reused);
    choice.took(Math.max(1, loaded.bytes()), System.nanoTime() - began);
    bytes.add(loaded.bytes());
    // Without the state, at least the last row is encoded, because the state after it is needed.
    int valid = loaded.state() == null ? Math.min(loaded.rows(), rows - 1) : rows;
    if (valid <= reused) {
      return KvTierLookup.FAILED;
    }
    lease.reloaded(valid, loaded.state());
    return KvTierLookup.RELOADED;
  }

  Map<KvTierLookup, Long> lookups() {
    return lookups.counted();
  }

  long bytes() {
    return bytes.sum();
  }
}
