package io.unipin.counts;

import java.nio.file.Path;
import java.time.Instant;

/**
 * Counts of a feed log up to an instant, for the items of one catalogue. Immutable, hence
 * thread-safe. All counts are in memory of their own; nothing is read after {@link #read}.
 */
public final class CountTables {
  private CountTables() {}

  /**
   * Reads the tables in a folder.
   *
   * @throws CountsException if a file is missing or broken, or its version is unknown
   */
  public static CountTables read(Path folder) {
    throw new CountsException("not written yet: " + folder);
  }

  /** Writes the tables into a folder. */
  public void write(Path folder) {
    throw new CountsException("not written yet: " + folder);
  }

  /**
   * Returns a text that identifies these counts: the time at which they end, and the first digits
   * of a checksum of all of them.
   */
  public String generation() {
    throw new CountsException("not written yet");
  }

  /** Returns the end of what was counted; {@link Instant#EPOCH} if the log has no times. */
  public Instant until() {
    throw new CountsException("not written yet");
  }

  /** Returns the size of these counts in memory, in bytes. */
  public long bytes() {
    throw new CountsException("not written yet");
  }

  /** Returns the number of items of the catalogue for which these counts were made. */
  public int items() {
    throw new CountsException("not written yet");
  }

  /** Returns the inputs that these tables give for a candidate. */
  public CountFeatures features() {
    throw new CountsException("not written yet");
  }

  /** Returns which items follow which. */
  public Followers followers() {
    throw new CountsException("not written yet");
  }

  /**
   * Returns what the tables need to know of a request.
   *
   * @param surface index of the surface
   * @param positives catalogue rows of the user's positive items, oldest first; {@link
   *     CountQuery#NONE} for an item that the catalogue lacks. Only the last {@link
   *     CountQuery#SEGMENT_POSITIVES} are read.
   */
  public CountQuery query(int surface, int[] positives) {
    throw new CountsException("not written yet");
  }
}
