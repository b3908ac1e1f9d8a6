package io.unipin.serving.history;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a log: JSON, one entry a line, in segments of bounded size. Thread-safe. */
final class LogSegments implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(LogSegments.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = ".jsonl";

  private final String name;
  private final Path folder;
  private final long segmentBytes;
  private final Lock lock = new ReentrantLock();

  @GuardedBy("lock")
  private @Nullable Writer current;

  @GuardedBy("lock")
  private long written;

  @GuardedBy("lock")
  private long begun;

  LogSegments(String name, Path folder, long segmentBytes) {
    this.name = name;
    this.folder = folder;
    this.segmentBytes = segmentBytes;
  }

  /** The segments of a log, oldest first. */
  static List<Path> list(String name, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> isSegment(name, String.valueOf(file.getFileName())))
          .sorted()
          .toList();
    }
  }

  private static boolean isSegment(String name, String file) {
    return file.startsWith(name + "-") && file.endsWith(SUFFIX);
  }

  /** Writes lines through to the file; false when the disk fails. */
  boolean append(List<String> lines) {
    lock.lock();
    try {
      for (String line : lines) {
        Writer writer = current == null ? begin() : current;
        writer.write(line);
        writer.write('\n');
        written += line.length() + 1L;
        if (written >= segmentBytes) {
          writer.flush();
          end();
        }
      }
      if (current != null) {
        current.flush();
      }
      return true;
    } catch (IOException e) {
      logger.debug("the {} log failed", name, e);
      end();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Writer begin() throws IOException {
    Files.createDirectories(folder);
    begun = Math.max(begun + 1, System.currentTimeMillis());
    Path file = folder.resolve(String.format(Locale.ROOT, "%s-%015d%s", name, begun, SUFFIX));
    Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    current = writer;
    written = 0;
    return writer;
  }

  @GuardedBy("lock")
  private void end() {
    Writer writer = current;
    current = null;
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        logger.warn("a segment of the {} log could not be closed", name, e);
      }
    }
  }

  /** Rewrites every segment that names a user; returns whether one did. */
  boolean erase(String user) {
    lock.lock();
    try {
      end();
      boolean existed = false;
      String quoted = JSON.writeValueAsString(user);
      for (Path segment : list(name, folder)) {
        existed |= erase(user, quoted, segment);
      }
      return existed;
    } catch (IOException e) {
      throw new ServingException(FailureKind.INTERNAL, "a log could not be rewritten", e);
    } finally {
      lock.unlock();
    }
  }

  private static boolean erase(String user, String quoted, Path segment) throws IOException {
    Path rewritten = segment.resolveSibling(segment.getFileName() + ".tmp");
    boolean found = false;
    try (BufferedReader in = Files.newBufferedReader(segment, StandardCharsets.UTF_8);
        BufferedWriter out = Files.newBufferedWriter(rewritten, StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.contains(quoted) && JSON.readTree(line).path("user").asText().equals(user)) {
          found = true;
        } else {
          out.write(line);
          out.write('\n');
        }
      }
    }
    if (found) {
      Files.move(rewritten, segment, StandardCopyOption.ATOMIC_MOVE);
    } else {
      Files.delete(rewritten);
    }
    return found;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }
}
