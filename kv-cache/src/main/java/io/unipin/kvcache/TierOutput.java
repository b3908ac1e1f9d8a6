package io.unipin.kvcache;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows to the tier of a {@link TierWriter}, and does the tier's upkeep. Counts the bytes
 * that were written and the entries that were dropped. Only one thread may write. The counters are
 * thread-safe.
 */
final class TierOutput {
  private final KvTierSetup setup;
  private final Function<KvKey, @Nullable KvSnapshot> snapshots;
  private final TierHealth health;
  private final EnumCounters<KvTierDrop> drops = new EnumCounters<>(KvTierDrop.class);
  private final LongAdder written = new LongAdder();

  /**
   * @param snapshots returns a hold on the rows of a key's entry, or null if the key has no entry
   */
  TierOutput(
      KvTierSetup setup, Function<KvKey, @Nullable KvSnapshot> snapshots, TierHealth health) {
    this.setup = setup;
    this.snapshots = snapshots;
    this.health = health;
  }

  /**
   * Writes the rows of a key that was taken from the queue. Returns false if the tier could not be
   * written.
   */
  boolean write(TierQueue.Turn turn) {
    try (KvSnapshot rows = rows(turn)) {
      if (rows == null) {
        dropped(KvTierDrop.GONE, 1);
        return true;
      }
      written.add(setup.tier().write(rows));
      if (setup.writing().onEviction()) {
        rows.stored();
      }
      health.succeeded();
      return true;
    } catch (IOException | RuntimeException | Error e) {
      health.failed(e);
      dropped(KvTierDrop.OFF, 1);
      return false;
    } finally {
      turn.drop();
    }
  }

  /**
   * Returns the rows of the key's current entry. If the entry has left, returns the rows that the
   * queue holds, or null.
   */
  private @Nullable KvSnapshot rows(TierQueue.Turn turn) {
    KvSnapshot present = snapshots.apply(turn.key());
    return present == null ? turn.held() : present;
  }

  /** The result of a step of upkeep. */
  enum Upkeep {
    MORE,
    DONE,
    FAILED
  }

  Upkeep tidy() {
    try {
      return setup.tier().upkeep() ? Upkeep.MORE : Upkeep.DONE;
    } catch (IOException | RuntimeException | Error e) {
      health.failed(e);
      return Upkeep.FAILED;
    }
  }

  /** Counts entries that are not written. */
  void dropped(KvTierDrop cause, int entries) {
    drops.add(cause, entries);
  }

  Map<KvTierDrop, Long> drops() {
    return drops.counted();
  }

  long written() {
    return written.sum();
  }
}
