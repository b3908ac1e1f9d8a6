package io.unipin.serving.log.segment;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one log.
 *
 * <p>The process that writes or erases in the folder owns it. Ownership is an operating-system lock
 * on a file. The lock ends with the process, even after a crash. Not thread-safe.
 */
public final class LogFolder implements AutoCloseable {
  private static final String SUFFIX = ".jsonl";

  private final String name;
  private final Path folder;
  private @Nullable FileChannel lock;
  private long newest;

  public LogFolder(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  /** Returns the segments of a log, oldest first. */
  public static List<Path> segments(String name, Path folder) throws IOException {
    return files(folder, file -> file.startsWith(name + "-") && file.endsWith(SUFFIX));
  }

  private static List<Path> files(Path folder, Predicate<String> names) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> names.test(String.valueOf(file.getFileName()))).sorted().toList();
    }
  }

  public List<Path> segments() throws IOException {
    return segments(name, folder);
  }

  public boolean exists() {
    return Files.isDirectory(folder);
  }

  public boolean isOwned() {
    return lock != null;
  }

  /**
   * Makes this process the owner of the folder, and removes files that a crash left incomplete.
   *
   * @throws ServingException when another server owns the folder
   */
  public void own() throws IOException {
    if (lock != null) {
      return;
    }
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean owned = false;
    try {
      owned = tryLock(channel);
      if (!owned) {
        throw new ServingException(
            FailureKind.UNAVAILABLE,
            "a folder of its own expected for the %s log, got one that another server writes to: %s"
                .formatted(name, folder.getFileName()));
      }
      removeUnfinished();
      lock = channel;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // this process already holds such a lock
    }
  }

  private void removeUnfinished() throws IOException {
    for (Path file : files(folder, file -> file.startsWith(name + "-") && file.endsWith(".tmp"))) {
      Files.deleteIfExists(file);
    }
    for (Path index : files(folder, this::isIndex)) {
      String file = String.valueOf(index.getFileName());
      String segment = file.substring(0, file.length() - UserLinesFile.SUFFIX.length());
      if (!Files.exists(index.resolveSibling(segment))) {
        Files.deleteIfExists(index);
      }
    }
    for (Path segment : segments()) {
      if (Files.size(segment) == 0) {
        Files.deleteIfExists(segment);
      }
    }
  }

  private boolean isIndex(String file) {
    return file.startsWith(name + "-") && file.endsWith(SUFFIX + UserLinesFile.SUFFIX);
  }

  /** Creates a segment whose name is new and sorts after all earlier names. */
  public OpenSegment begin() throws IOException {
    own();
    newest = Math.max(newest + 1, System.currentTimeMillis());
    while (true) {
      String file = String.format(Locale.ROOT, "%s-%015d%s", name, newest, SUFFIX);
      try {
        return OpenSegment.create(folder.resolve(file));
      } catch (FileAlreadyExistsException e) {
        newest++;
      }
    }
  }

  /** Gives up the ownership of the folder. Idempotent. */
  @Override
  public void close() {
    FileChannel owned = lock;
    lock = null;
    if (owned != null) {
      try {
        owned.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
