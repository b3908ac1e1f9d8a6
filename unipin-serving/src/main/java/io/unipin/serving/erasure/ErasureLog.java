package io.unipin.serving.erasure;

import io.unipin.serving.failure.ServingException;

/**
 * A log of erasures that all replicas of a fleet read. It keeps the last erasure of each user.
 * Thread-safe.
 */
public interface ErasureLog extends AutoCloseable {
  /** Takes the records of a log. The records of one partition come in their order. */
  interface Receiver {
    /**
     * Takes a record. A record may come more than once. If this throws, the record comes again.
     *
     * @return false if the record can't be read now
     */
    boolean take(LoggedErasure erasure);

    /**
     * Is called after the last present record was taken, and then several times a second while no
     * records come.
     */
    default void caughtUp() {}
  }

  /** Tells from which position on a follower needs the records of a partition. */
  interface Positions {
    /** Returns the least position that the follower needs; 0 for all records. */
    long from(String part);

    /**
     * Returns the latest time at which a record before these positions was written, in milliseconds
     * since 1970. If all records of a log were written later, it is a new log, and the follower
     * needs all of it.
     */
    long lastMs();
  }

  /** Name of the log, which no other log has. */
  String name();

  /**
   * Writes an erasure, and returns once the log has confirmed that the erasure is stored durably.
   *
   * @param key keyed hash of the user's id
   * @param value the sealed erasure
   * @throws ServingException UNAVAILABLE when it can't be written now
   */
  void write(byte[] key, byte[] value);

  /**
   * Passes all records up to the present end to a receiver.
   *
   * @throws ServingException UNAVAILABLE when the log can't be read now
   */
  void readAll(Receiver receiver);

  /**
   * Passes all records, also later ones, to a receiver on a thread of the log. Returns when the
   * present end was reached.
   *
   * @param positions where the follower begins. The log may pass earlier records as well. It asks
   *     for the positions each time it is opened.
   * @return false if the log can't be read now; the log then tries again until it can
   */
  boolean follow(Receiver receiver, Positions positions);

  /** Whether a follower has reached what was the end of the log when it began. */
  boolean isRead();

  /** Stops following. Idempotent. */
  @Override
  void close();
}
