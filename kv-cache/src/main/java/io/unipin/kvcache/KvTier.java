package io.unipin.kvcache;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store of users' rows below the memory of a {@link UserKvCache}. It is larger and slower than
 * the memory. It may survive a restart, and servers may share it.
 *
 * <p>A tier keeps rows in chunks of {@link #CHUNK_ROWS} rows. A chunk is found by the hash of all
 * tokens up to the chunk's last token. So a request finds a chunk only if the chunk holds exactly
 * the rows that the request would encode. A tier verifies the bytes that it reads. Bytes that fail
 * verification are counted and not returned.
 *
 * <p>Any thread may call {@link #find}, {@link #space} and {@link Held#load}. Only one thread at a
 * time may call the other methods.
 */
public interface KvTier extends AutoCloseable {
  /** The number of rows of a chunk. Only the last chunk of an entry may have fewer. */
  int CHUNK_ROWS = 64;

  /**
   * Looks for the longest prefix of the request's rows that the tier holds, and returns a handle to
   * these rows. Returns empty if the tier does not hold the first row.
   *
   * @param hashes one hash per row of the request
   * @param deadlineNanos the time on {@link System#nanoTime} until which the request waits for this
   *     method and for {@link Held#load} together. A tier on the local machine may ignore this
   *     time.
   * @throws IOException if the tier gives no answer in this time
   */
  Optional<Held> find(KvKey key, KvLayout layout, TokenHashes hashes, long deadlineNanos)
      throws IOException;

  /** Whether other servers use the same rows. */
  default boolean isShared() {
    return false;
  }

  /** The rows of one request that a tier holds. Used by one thread. */
  interface Held {
    /** Returns how many of the request's first rows the tier holds. */
    int rows();

    /** Returns whether the tier holds all rows of the request and the state after the last row. */
    boolean isWhole();

    /** Returns the number of bytes that {@link #load} reads. */
    long bytes(int from);

    /**
     * Reads rows {@code [from, rows)} into a block. Rows before {@code from} are not written. The
     * content of the rows after the last verified row is undefined.
     */
    Loaded load(HostRows block, int from);
  }

  /**
   * The result of {@link Held#load}.
   *
   * @param rows number of the request's first rows that are valid; {@code from} if nothing could be
   *     read
   * @param state state after the last row of the request, or null if it was not held or not read
   * @param bytes bytes that were read and verified
   */
  record Loaded(int rows, float @Nullable [] state, long bytes) {}

  /**
   * The room of a tier.
   *
   * @param limitBytes limit of {@code usedBytes}; 0 for a shared tier without a limit
   * @param usedBytes bytes of the chunks that requests can find; for a shared tier, all bytes that
   *     it uses
   * @param entries number of pairs of user and fingerprint for which the tier holds rows; for a
   *     shared tier, number of users
   * @param failures chunks that were read and failed verification
   */
  record Space(long limitBytes, long usedBytes, long entries, long failures) {}

  /**
   * Stores the rows that the tier lacks.
   *
   * @return number of bytes written
   * @throws IOException if the tier could not write. It then holds fewer rows, but no wrong rows.
   */
  long write(KvSnapshot rows) throws IOException;

  /**
   * Removes a user's rows under every fingerprint. When this method returns, no request finds the
   * rows, and a write that began earlier cannot bring them back. A tier on the local machine has
   * then overwritten the bytes.
   *
   * @return whether the tier held rows of the user
   */
  boolean eraseUser(String user) throws IOException;

  /**
   * Removes the rows of a model that this server no longer serves. Their bytes are overwritten
   * later. A shared tier keeps the rows as long as other servers serve the model.
   */
  void eraseFingerprint(String fingerprint) throws IOException;

  /**
   * Does a small part of the work that is left, such as overwriting the bytes of removed rows.
   *
   * @return whether more of this work is left
   */
  boolean upkeep() throws IOException;

  Space space();

  /** Finishes the work that is left and closes the tier. Idempotent. */
  @Override
  void close();
}
