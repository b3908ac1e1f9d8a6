package io.unipin.serving.erasure;

import io.unipin.serving.failure.ServingException;

/**
 * A log of erasures that all replicas of a fleet read. It keeps the last erasure of each user.
 * Thread-safe.
 */
public interface ErasureLog extends AutoCloseable {
  /** Takes the records of a log, those of one part in their order. */
  interface Receiver {
    /**
     * Takes a record. A record may come more than once. If this throws, the record comes again.
     *
     * @return false if the record can't be read now
     */
    boolean take(LoggedErasure erasure);

    /**
     * Is called after the last of the records that are there, and several times a second while none
     * come.
     */
    default void caughtUp() {}
  }

  /** Tells from where on a follower needs the records of a part. */
  interface Positions {
    /** Returns the least position that is needed; 0 for all records. */
    long from(String part);

    /**
     * Returns the latest time at which one of the records before was written, in milliseconds since
     * 1970. A log whose records were all written later is another one, and is needed as a whole.
     */
    long lastMs();
  }

  /** Name of the log, which is not that of any other log. */
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
   * Passes the records to a receiver, on a thread of the log, and follows the log from then on.
   * Returns once the present end was reached.
   *
   * @param positions where the follower begins; a log may pass earlier records as well, and asks
   *     again when it is opened again
   * @return false if the log can't be read now; it is tried again until it can be
   */
  boolean follow(Receiver receiver, Positions positions);

  /** Whether a follower has reached what was the end of the log when it began. */
  boolean isRead();

  /** Stops following. Idempotent. */
  @Override
  void close();
}
