package io.unipin.serving.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.log.segment.OpenSegment;
import io.unipin.serving.log.segment.RetryTimer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log: segments of bounded size with one JSON entry per line. Thread-safe.
 *
 * <p>Lines can be written while other lines are erased. An erasure blocks writing only while it
 * changes the open segment.
 */
final class LogSegments implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogSegments.class);

  private final String name;
  private final LogFolder folder;
  private final long segmentBytes;
  private final SegmentRoom room;
  private final RetryTimer backoff;
  private final Lock lock = new ReentrantLock();

  /** Guards changes of closed segments. A thread takes this lock before {@code lock}. */
  private final Lock closedSegments = new ReentrantLock(true);

  @GuardedBy("closedSegments")
  private final ClosedSegments closedOnes;

  @GuardedBy("lock")
  private @Nullable OpenSegment current;

  @GuardedBy("lock")
  private boolean writes;

  private volatile boolean closed;

  /**
   * @param room bound of the bytes of all segments
   * @param nanos clock in nanoseconds, like {@link System#nanoTime}
   */
  LogSegments(String name, Path folder, long segmentBytes, SegmentRoom room, LongSupplier nanos) {
    this.name = name;
    this.folder = new LogFolder(name, folder);
    this.segmentBytes = segmentBytes;
    this.room = room;
    this.backoff = new RetryTimer(nanos);
    this.closedOnes = new ClosedSegments(name);
  }

  /**
   * Makes this server the owner of the folder. If this fails, the first write tries again.
   *
   * @throws ServingException when another server writes to the folder
   */
  void open() {
    lock.lock();
    try {
      writes = true;
      folder.own();
      if (room.isBounded()) {
        room.measure(folder.segments());
      }
    } catch (IOException e) {
      logger.warn("the folder of the {} log can't be used yet", name, e);
    } finally {
      lock.unlock();
    }
  }

  /** Builds missing indexes of closed segments, so that no erasure has to wait for them. */
  void prepare() {
    try {
      for (Path segment : closedSegments()) {
        closedSegments.lock();
        try {
          if (closed) {
            return;
          }
          closedOnes.prepare(segment);
        } finally {
          closedSegments.unlock();
        }
      }
    } catch (IOException e) {
      logger.warn("the {} log's folder can't be read: its segments are not indexed", name, e);
    }
  }

  /**
   * Writes lines to the file in order. After a failure, calls write nothing for some time.
   *
   * @param last whether this is the last call, which tries to write even soon after a failure
   * @return number of lines that are completely written
   */
  int append(List<LogText> lines, boolean last) {
    int written = 0;
    lock.lock();
    try {
      if (!last && !backoff.isDue()) {
        return 0;
      }
      for (LogText line : lines) {
        room.require(current);
        OpenSegment segment = segment();
        segment.append(line.user(), line.json());
        written++;
        if (segment.size() >= segmentBytes) {
          end();
        }
      }
      if (backoff.isFailing()) {
        logger.info("the {} log is written again", name);
      }
      backoff.succeeded();
    } catch (IOException | ServingException e) {
      if (!backoff.isFailing()) {
        logger.error("the {} log can't be written; what its queue can't hold is lost", name, e);
      }
      backoff.failed();
    } finally {
      lock.unlock();
    }
    return written;
  }

  /** Returns the number of bytes that were not taken out of the log yet. */
  long waiting() {
    lock.lock();
    try {
      return room.used(current);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the lines of the oldest segment; empty if there is no line. The segment takes no more
   * lines from then on.
   */
  Optional<SpooledLines> oldest() throws IOException {
    closedSegments.lock();
    try {
      List<Path> segments = closedSegments();
      if (segments.isEmpty()) {
        endNow();
        segments = closedSegments();
      }
      room.measure(segments);
      return segments.isEmpty() ? Optional.empty() : Optional.of(SpooledLines.of(segments.get(0)));
    } finally {
      closedSegments.unlock();
    }
  }

  /** Deletes a segment whose lines were taken out of the log. */
  void remove(Path segment) throws IOException {
    closedSegments.lock();
    try {
      closedOnes.remove(segment);
      room.measure(closedSegments());
    } finally {
      closedSegments.unlock();
    }
  }

  @GuardedBy("lock")
  private OpenSegment segment() throws IOException {
    OpenSegment segment = current;
    if (segment != null && segment.isSound()) {
      return segment;
    }
    end();
    OpenSegment fresh = folder.begin();
    current = fresh;
    return fresh;
  }

  private void endNow() throws IOException {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void end() throws IOException {
    OpenSegment segment = current;
    current = null;
    if (segment != null) {
      room.closed(segment);
      segment.end();
    }
  }

  /**
   * Erases a user's lines and incomplete lines from every segment, even if one segment fails.
   *
   * @return whether the user had any line
   * @throws ServingException when the lines of a segment could not be erased
   */
  boolean erase(String user) {
    closedSegments.lock();
    try {
      List<Exception> failures = new ArrayList<>();
      boolean existed = eraseCurrent(user, failures);
      List<Path> segments = closedSegments();
      closedOnes.retain(segments);
      for (Path segment : segments) {
        existed |= closedOnes.erase(segment, user, failures);
      }
      if (!failures.isEmpty()) {
        throw closedOnes.failure(failures);
      }
      return existed;
    } catch (IOException e) {
      throw closedOnes.failure(List.of(e));
    } finally {
      try {
        disown();
      } finally {
        closedSegments.unlock();
      }
    }
  }

  private boolean eraseCurrent(String user, List<Exception> failures) throws IOException {
    lock.lock();
    try {
      if (folder.exists()) {
        folder.own();
      }
      return current != null && current.erase(user);
    } catch (IOException e) {
      failures.add(e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the segments that take no more lines: all except the open segment. */
  private List<Path> closedSegments() throws IOException {
    lock.lock();
    try {
      List<Path> segments = new ArrayList<>(folder.isOwned() ? folder.segments() : List.of());
      if (current != null) {
        segments.remove(current.path());
      }
      return segments;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the folder if this log takes no entries. Another server may then use the folder. */
  @GuardedBy("closedSegments")
  private void disown() {
    lock.lock();
    try {
      if (!writes) {
        closedOnes.retain(List.of());
        folder.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    closedSegments.lock(); // waits for a running erasure
    lock.lock();
    try {
      writes = false;
      end();
    } catch (IOException e) {
      logger.warn("a segment of the {} log could not be closed", name, e);
    } finally {
      folder.close();
      lock.unlock();
      closedSegments.unlock();
    }
  }
}
