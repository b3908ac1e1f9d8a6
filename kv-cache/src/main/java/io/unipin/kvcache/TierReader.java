package io.unipin.kvcache;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Reads rows from the tier into the blocks of requests, on the requests' threads. Thread-safe. */
final class TierReader {
  private final String name;
  private final KvTier tier;
  private final EnumCounters<KvTierLookup> lookups = new EnumCounters<>(KvTierLookup.class);
  private final LongAdder bytes = new LongAdder();

  TierReader(String name, KvTier tier) {
    this.name = name;
    this.tier = tier;
  }

  /** Reads rows that the lease lacks, if the tier holds some of them and the choice allows it. */
  void reload(KvLease lease, KvKey key, ReloadChoice choice) {
    lookups.add(reloaded(lease, key, choice), 1);
  }

  private KvTierLookup reloaded(KvLease lease, KvKey key, ReloadChoice choice) {
    int reused = lease.reusedRows();
    ReloadChoice.Question question = new ReloadChoice.Question(name, reused, lease.rows());
    Duration patience = choice.patience(question);
    if (patience.isZero()) {
      return KvTierLookup.DECLINED;
    }
    long began = System.nanoTime();
    Optional<KvTier.Held> found;
    try {
      found = tier.find(key, lease.kvBlock().layout(), lease.hashes(), began + patience.toNanos());
      choice.answered(question, System.nanoTime() - began);
    } catch (IOException e) {
      // If the answer is missing, at least the whole patience counts, even if the tier failed at
      // once.
      choice.unanswered(question, Math.max(System.nanoTime() - began, patience.toNanos()));
      return KvTierLookup.AWAY;
    }
    if (found.isEmpty() || found.get().rows() <= reused) {
      return KvTierLookup.ABSENT;
    }
    KvTier.Held held = found.get();
    ReloadChoice.Offer offer =
        new ReloadChoice.Offer(question, held.rows(), held.isWhole(), held.bytes(reused));
    long least = patience.toNanos();
    return choice.pays(offer) ? read(lease, held, offer, choice, least) : KvTierLookup.DECLINED;
  }

  /**
   * @param patience nanoseconds; a read without a result counts as at least this long
   */
  private KvTierLookup read(
      KvLease lease,
      KvTier.Held held,
      ReloadChoice.Offer offer,
      ReloadChoice choice,
      long patience) {
    int reused = offer.question().reused();
    int rows = offer.question().rows();
    long began = System.nanoTime();
    KvTier.Loaded loaded = held.load(lease.hostRows(), reused);
    long nanos = System.nanoTime() - began;
    if (loaded.bytes() == 0) {
      choice.failed(offer, Math.max(nanos, patience));
    } else {
      choice.took(offer, loaded.bytes(), nanos);
    }
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
