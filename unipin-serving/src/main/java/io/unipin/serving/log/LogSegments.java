package io.unipin.serving.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.log.segment.Backoff;
import io.unipin.serving.log.segment.ClosedSegment;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.log.segment.OpenSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log: segments of bounded size with one JSON entry per line. Thread-safe.
 *
 * <p>Lines can be written while other lines are erased. An erasure only blocks the open segment.
 */
final class LogSegments implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogSegments.class);

  private final String name;
  private final LogFolder folder;
  private final long segmentBytes;
  private final Backoff backoff;
  private final Lock lock = new ReentrantLock();

  /** Held while closed segments change, and taken before {@code lock}. Erasures take turns. */
  private final Lock closedSegments = new ReentrantLock(true);

  /** Existing segments whose index was found complete. */
  @GuardedBy("closedSegments")
  private final Set<Path> verified = new HashSet<>();

  @GuardedBy("lock")
  private @Nullable OpenSegment current;

  @GuardedBy("lock")
  private boolean writes;

  private volatile boolean closed;

  /**
   * @param nanos clock in nanoseconds, like {@link System#nanoTime}
   */
  LogSegments(String name, Path folder, long segmentBytes, LongSupplier nanos) {
    this.name = name;
    this.folder = new LogFolder(name, folder);
    this.segmentBytes = segmentBytes;
    this.backoff = new Backoff(nanos);
  }

  /** An entry in its written form. */
  record Line(String user, String json) {}

  /** Returns the segments of a log, oldest first. */
  static List<Path> list(String name, Path folder) throws IOException {
    return LogFolder.segments(name, folder);
  }

  /**
   * Makes this server the owner of the folder. If this fails, writing the first line tries again.
   *
   * @throws ServingException when another server writes to the folder
   */
  void open() {
    lock.lock();
    try {
      writes = true;
      folder.own();
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
          prepare(segment);
        } finally {
          closedSegments.unlock();
        }
      }
    } catch (IOException e) {
      logger.warn("the {} log's folder can't be read: its segments are not indexed", name, e);
    }
  }

  @GuardedBy("closedSegments")
  private void prepare(Path segment) {
    try {
      verify(segment);
    } catch (IOException e) {
      if (Files.exists(segment)) {
        logger.warn("a segment of the {} log could not be indexed: erasures read it", name, e);
      }
    }
  }

  /** Checks once whether a segment's index is complete, and rebuilds it if it is not. */
  @GuardedBy("closedSegments")
  private void verify(Path segment) throws IOException {
    if (!verified.contains(segment)) {
      new ClosedSegment(segment).prepare();
      verified.add(segment);
    }
  }

  /**
   * Writes lines to the file in order. After a failure, calls write nothing for some time.
   *
   * @param last whether this is the last call, which tries to write in any case
   * @return number of lines that are completely written
   */
  int append(List<Line> lines, boolean last) {
    int written = 0;
    lock.lock();
    try {
      if (!last && !backoff.isDue()) {
        return 0;
      }
      for (Line line : lines) {
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

  @GuardedBy("lock")
  private void end() throws IOException {
    OpenSegment segment = current;
    current = null;
    if (segment != null) {
      segment.end();
    }
  }

  /**
   * Erases a user's lines and incomplete lines from every segment, even if one segment fails.
   *
   * @return whether the user had any line
   * @throws ServingException when a segment could not be reached
   */
  boolean erase(String user) {
    closedSegments.lock();
    try {
      List<Exception> failures = new ArrayList<>();
      boolean existed = eraseCurrent(user, failures);
      List<Path> segments = closedSegments();
      verified.retainAll(segments);
      for (Path segment : segments) {
        existed |= eraseClosed(segment, user, failures);
      }
      if (!failures.isEmpty()) {
        throw failure(failures);
      }
      return existed;
    } catch (IOException e) {
      throw failure(List.of(e));
    } finally {
      try {
        disown();
      } finally {
        closedSegments.unlock();
      }
    }
  }

  /** Erases a user's lines from a closed segment. A deleted segment holds no lines. */
  @GuardedBy("closedSegments")
  private boolean eraseClosed(Path segment, String user, List<Exception> failures) {
    try {
      verify(segment);
      return new ClosedSegment(segment).erase(user);
    } catch (IOException e) {
      if (Files.exists(segment)) {
        failures.add(e);
      }
      return false;
    }
  }

  private ServingException failure(List<Exception> failures) {
    ServingException failure =
        new ServingException(
            FailureKind.INTERNAL,
            "%s segments of the %s log could not be rewritten".formatted(failures.size(), name),
            failures.get(0));
    failures.subList(1, failures.size()).forEach(failure::addSuppressed);
    return failure;
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

  /** Gives up the folder if this log takes no entries, so that another server may use it. */
  @GuardedBy("closedSegments")
  private void disown() {
    lock.lock();
    try {
      if (!writes) {
        verified.clear();
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
