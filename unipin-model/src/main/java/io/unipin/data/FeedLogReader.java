package io.unipin.data;

import java.nio.file.Path;

/** Reads a feed log directory, strictly: a row that breaks the format is an error or, where allowed, counted. */
public final class FeedLogReader {
  private FeedLogReader() {}

  /**
   * Reads the whole log.
   *
   * @param maxBadRows how many bad rows are left out and counted before the read fails; 0 = none
   * @throws FeedLogException with file, row, column and reason of the row that was one too many
   */
  public static FeedLog read(Path directory, long maxBadRows) {
    throw new UnsupportedOperationException(directory + " " + maxBadRows);
  }
}
