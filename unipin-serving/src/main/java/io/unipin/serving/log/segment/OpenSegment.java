package io.unipin.serving.log.segment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segment that takes new lines.
 *
 * <p>A line is written completely or not at all. When the disk is full, the partly written line is
 * removed. Not thread-safe.
 */
public final class OpenSegment {
  private static final Logger logger = LoggerFactory.getLogger(OpenSegment.class);

  private final Path path;
  private SegmentFile file;
  private UserLines lines = new UserLines();
  private long size;

  /** Whether the file is open and ends with a complete line. */
  private boolean sound = true;

  private OpenSegment(Path path, SegmentFile file) {
    this.path = path;
    this.file = file;
  }

  /** Creates a segment. Fails if a file of that name exists. */
  static OpenSegment create(Path path) throws IOException {
    return new OpenSegment(
        path,
        SegmentFile.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** Adds a line of a user completely, or adds nothing. */
  public void append(String user, String line) throws IOException {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      file.write(size, bytes);
    } catch (IOException e) {
      cutOff(e);
      throw e;
    }
    lines.add(user, size);
    size += bytes.length;
  }

  private void cutOff(IOException failure) {
    try {
      file.truncate(size);
    } catch (IOException e) {
      failure.addSuppressed(e);
      sound = false;
    }
  }

  public long size() {
    return size;
  }

  public Path path() {
    return path;
  }

  /** Whether lines can be added: the file still exists and ends with a complete line. */
  public boolean isSound() {
    return sound && Files.exists(path);
  }

  /** Erases a user's lines. Returns whether the user had any line. */
  public boolean erase(String user) throws IOException {
    long[] offsets = lines.find(user);
    if (offsets.length == 0) {
      return false;
    }
    ClosedSegment.ErasedLines erased = ClosedSegment.ErasedLines.erase(file, offsets, user);
    lines.remove(erased.offsets());
    size = file.size();
    if (erased.offsets().length > 0 && size < ClosedSegment.SMALL) {
      dropBlanks();
    }
    return erased.existed();
  }

  private void dropBlanks() throws IOException {
    if (SegmentFile.dropBlanks(path)) {
      sound = false; // no line can be added until the copy is open
      file.close();
      file = SegmentFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lines = file.users();
      size = file.size();
      sound = true;
    }
  }

  /**
   * Closes the segment, which then takes no more lines. An empty segment is deleted, and a large
   * segment gets its index.
   */
  public void end() throws IOException {
    file.close();
    if (!sound) {
      lines.addUnreadable(size);
    }
    if (lines.isEmpty()) {
      Files.deleteIfExists(path);
    } else if (size >= ClosedSegment.SMALL) {
      try {
        new UserLinesFile(path).write(lines);
      } catch (IOException e) {
        logger.debug("no room for an index of {}", path, e);
      }
    }
  }
}
