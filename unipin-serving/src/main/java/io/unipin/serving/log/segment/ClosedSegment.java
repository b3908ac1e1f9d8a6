package io.unipin.serving.log.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A segment that takes no more lines. Not thread-safe. */
public final class ClosedSegment {
  private static final Logger logger = LoggerFactory.getLogger(ClosedSegment.class);

  /**
   * Size in bytes below which a segment has no index. Reading such a segment is as fast as reading
   * an index.
   */
  static final long SMALL = 256 << 10;

  private final Path path;
  private final UserLinesFile index;

  public ClosedSegment(Path path) {
    this.path = path;
    this.index = new UserLinesFile(path);
  }

  /** Builds the segment's index if the segment is large enough to need an index and has none. */
  public void prepare() throws IOException {
    if (Files.size(path) < SMALL) {
      index.delete();
    } else if (!index.isWhole()) {
      scan();
    }
  }

  /**
   * Erases a user's lines and all incomplete lines. Returns whether one of these lines belonged to
   * the user.
   */
  public boolean erase(String user) throws IOException {
    Optional<long[]> known = index.find(user);
    UserLines scanned = known.isPresent() ? null : scan();
    long[] offsets = scanned == null ? known.orElseThrow() : scanned.find(user);
    if (offsets.length == 0) {
      return false;
    }
    ErasedLines erased;
    long before;
    try (SegmentFile file =
        SegmentFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      before = file.size();
      erased = ErasedLines.erase(file, offsets, user);
    }
    if (erased.offsets().length > 0) {
      forget(erased.offsets(), before, scanned);
    }
    return erased.existed();
  }

  /** Deletes the segment with its index. */
  public void delete() throws IOException {
    Files.deleteIfExists(path);
    index.delete();
  }

  private void forget(long[] offsets, long before, @Nullable UserLines scanned) throws IOException {
    boolean others = true;
    if (scanned != null) {
      scanned.remove(offsets);
      others = !scanned.isEmpty();
      save(scanned);
    } else {
      try {
        others = index.remove(offsets, before);
      } catch (IOException e) {
        logger.debug("no room for an index of {}", path, e);
        index.delete();
      }
    }
    if (!others) {
      Files.delete(path);
      index.delete();
    } else if (Files.size(path) < SMALL) {
      index.delete();
      SegmentFile.dropBlanks(path);
    }
  }

  private UserLines scan() throws IOException {
    try (SegmentFile file = SegmentFile.open(path, StandardOpenOption.READ)) {
      UserLines lines = file.users();
      save(lines);
      return lines;
    }
  }

  /**
   * Replaces the segment's index. If the disk has no room for the new index, the next erasure reads
   * the segment again.
   */
  private void save(UserLines lines) throws IOException {
    index.delete();
    if (Files.size(path) >= SMALL) {
      try {
        index.write(lines);
      } catch (IOException e) {
        logger.debug("no room for an index of {}", path, e);
      }
    }
  }

  /** The result of erasing lines that may belong to a user. */
  record ErasedLines(long[] offsets, boolean existed) {
    static ErasedLines erase(SegmentFile file, long[] offsets, String user) throws IOException {
      LongStream.Builder erased = LongStream.builder();
      boolean existed = false;
      long[] ascending = LongStream.of(offsets).sorted().toArray();
      // The order is descending, so that erased lines at the end can be cut off.
      for (int i = ascending.length - 1; i >= 0; i--) {
        long offset = ascending[i];
        if (offset >= file.size()) { // another process has truncated the file
          erased.add(offset);
          continue;
        }
        byte[] line = file.lineAt(offset);
        Optional<String> named = LogLine.user(line, 0, line.length);
        boolean theirs = named.isPresent() && named.get().equals(user);
        if (theirs || named.isEmpty()) {
          file.erase(offset);
          erased.add(offset);
        }
        existed |= theirs;
      }
      long[] gone = erased.build().toArray();
      if (gone.length > 0) {
        file.force();
      }
      return new ErasedLines(gone, existed);
    }
  }
}
