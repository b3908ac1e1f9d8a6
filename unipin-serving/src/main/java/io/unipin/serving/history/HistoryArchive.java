package io.unipin.serving.history;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * All that a history store holds, for copies, backups and erasures. Users are known by the keys of
 * their records, by {@link HistoryKeys#user}. Thread-safe.
 */
public interface HistoryArchive {
  /** A receiver of records. */
  @FunctionalInterface
  interface Receiver {
    void take(byte[] key, StoredRecord record);
  }

  /** Passes every record to a receiver, one at a time. A record may come twice. */
  void forEach(Receiver receiver);

  /** Stores a record in place of the one that the store has under this key. */
  void replace(byte[] key, StoredRecord record);

  /** Erases a record without leaving a mark. Returns whether there was one. */
  boolean forget(byte[] key);

  /** Erases the records whose keys pass, without leaving marks. Returns their number. */
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

  /** Keeps a mark, unless a later one of the same user is known. */
  void mark(ErasureMark mark);

  /** Returns the time of a kept mark with the same hash, in milliseconds since 1970. */
  OptionalLong markedMs(ErasureMark mark);

  /** Returns the store's secret, and creates it if there is none. */
  byte[] secret();

  /** Returns 32 random bytes for a store that has no secret yet. */
  static byte[] freshSecret() {
    byte[] fresh = new byte[32];
    new SecureRandom().nextBytes(fresh);
    return fresh;
  }

  /** Replaces the secret. Page cursors of the old one become invalid. */
  void adopt(byte[] secret);

  /** Creates a mark of a user by the store's secret. */
  default ErasureMark markOf(byte[] key, long timeMs) {
    return ErasureMark.of(secret(), key, timeMs);
  }
}
