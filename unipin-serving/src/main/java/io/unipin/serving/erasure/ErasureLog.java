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
     * Takes a record. A record may come more than once. If this method throws, the record comes
     * again.
     *
     * @return false if the record can't be read now
     */
    boolean take(LoggedErasure erasure);

    /**
     * Called after the last record that the log holds was taken, and then several times a second
     * while no records come.
     */
    default void caughtUp() {}
  }

  /** Says from which position onwards a follower needs the records of each partition. */
  interface Positions {
    /** Returns the least position that the follower needs; 0 for all records. */
    long from(String part);

    /**
     * Returns the latest time at which a record before these positions was written, in milliseconds
     * since 1970. If all records of a log were written after this time, the log is new, and the
     * follower needs all of it.
     */
    long lastMs();
  }

  /** Returns the name of the log. No other log has the same name. */
  String name();

  /**
   * Writes an erasure, and returns once the log has confirmed that the erasure is stored durably.
   *
   * @param key keyed hash of the user's id
   * @param value the sealed erasure
   * @throws ServingException UNAVAILABLE when the erasure can't be written now
   */
  void write(byte[] key, byte[] value);

  /**
   * Passes all records up to the current end to a receiver.
   *
   * @throws ServingException UNAVAILABLE when the log can't be read now
   */
  void readAll(Receiver receiver);

  /**
   * Passes all records to a receiver, including records that are written later. The receiver runs
   * on a thread of the log. This method returns when the current end of the log was reached.
   *
   * @param positions the positions at which the follower begins. The log may pass earlier records
   *     as well. The log asks for the positions each time the log is opened.
   * @return false if the log can't be read now; the log then tries again until it succeeds
   */
  boolean follow(Receiver receiver, Positions positions);

  /** Whether a follower has read all records that the log held when the follower began. */
  boolean isRead();

  /** Stops following. Idempotent. */
  @Override
  void close();
}
