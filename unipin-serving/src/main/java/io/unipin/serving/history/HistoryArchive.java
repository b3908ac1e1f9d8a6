package io.unipin.serving.history;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * All records and erasure marks of a history store, and its secret. Copies, backups and erasures
 * use this interface. The key of a user's record comes from {@link HistoryKeys#user}. Thread-safe.
 */
public interface HistoryArchive {
  /** A receiver of records. */
  @FunctionalInterface
  interface Receiver {
    void take(byte[] key, StoredRecord record);
  }

  /** Passes every record to a receiver, one at a time. A record may come twice. */
  void forEach(Receiver receiver);

  /** Stores a record under this key, in place of an earlier record if there is one. */
  void replace(byte[] key, StoredRecord record);

  /** Erases a record without leaving a mark. Returns whether the record existed. */
  boolean forget(byte[] key);

  /**
   * Erases all records whose keys satisfy {@code which}. Leaves no marks. Returns the number of
   * erased records.
   */
  default long forgetAll(Predicate<byte[]> which) {
    Set<byte[]> found = new TreeSet<>(Arrays::compareUnsigned); // a record may come twice
    forEach(
        (key, record) -> {
          if (which.test(key)) {
            found.add(key);
          }
        });
    found.forEach(key -> forget(key));
    return found.size();
  }

  /** Whether the store holds no record. */
  boolean isEmpty();

  /** Returns the marks of all erased users. */
  List<ErasureMark> marks();

  /** Keeps a mark, unless the store has a later mark of the same user. */
  void mark(ErasureMark mark);

  /**
   * Returns the time of the kept mark with the same hash, in milliseconds since 1970; empty if
   * there is no such mark.
   */
  OptionalLong markedMs(ErasureMark mark);

  /**
   * Forgets up to which positions the erasures of a fleet's log were applied. This is needed after
   * older records were stored. All erasures are then applied again. A store that only one server
   * uses keeps no such positions.
   */
  default void forgetErasurePoints() {}

  /** Returns the store's secret, and creates it if there is none. */
  byte[] secret();

  /** Returns 32 random bytes for a store that has no secret yet. */
  static byte[] freshSecret() {
    byte[] fresh = new byte[32];
    new SecureRandom().nextBytes(fresh);
    return fresh;
  }

  /** Replaces the secret. Page cursors that were signed with the old secret become invalid. */
  void adopt(byte[] secret);

  /** Creates a mark of a user with the store's secret. */
  default ErasureMark markOf(byte[] key, long timeMs) {
    return ErasureMark.of(secret(), key, timeMs);
  }
}
