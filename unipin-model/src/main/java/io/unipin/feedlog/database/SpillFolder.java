package io.unipin.feedlog.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder that is deleted with its content when it is closed, and also when the process
 * ends by a signal. If a process was killed, its folders beside a path are deleted when the next
 * process needs a folder beside this path.
 */
public final class SpillFolder implements AutoCloseable {
  /** Name of the file that a folder's process locks as long as it uses the folder. */
  private static final String LOCK = "lock";

  private static final int ATTEMPTS = 20;
  private static final long PAUSE_MS = 50;
  private static final Set<Path> open = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(SpillFolder::deleteAll, "unipin-spill"));
  }

  private final Path path;
  private final @Nullable FileChannel lock;

  private SpillFolder(Path path, @Nullable FileChannel lock) {
    this.path = path;
    this.lock = lock;
    open.add(path);
  }

  /** Creates a folder in the system's temporary folder. */
  public static SpillFolder create() {
    try {
      return new SpillFolder(Files.createTempDirectory("unipin"), null);
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary folder can't be made: " + e.getMessage(), e);
    }
  }

  /**
   * Creates a folder beside a path, so that both are on one file system. The folder holds one file,
   * so move single files or folders out of it, but not the folder itself.
   */
  public static SpillFolder beside(Path target) {
    Path parent = target.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("a path below the root expected, got " + target);
    }
    String prefix = "." + target.getFileName() + ".";
    try {
      Files.createDirectories(parent);
      deleteAbandoned(parent, prefix);
      Path path = Files.createDirectory(parent.resolve(prefix + UUID.randomUUID()));
      return new SpillFolder(path, lock(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Locks a new folder. The lock has its name only after it is held. */
  private static FileChannel lock(Path folder) throws IOException {
    Path file = folder.resolve(LOCK + ".new");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      throw new IOException("a lock on a new file expected: " + file);
    }
    Files.move(file, folder.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
    return channel;
  }

  /** Deletes the folders of processes that were killed. */
  private static void deleteAbandoned(Path parent, String prefix) throws IOException {
    try (DirectoryStream<Path> siblings =
        Files.newDirectoryStream(
            parent, path -> path.getFileName().toString().startsWith(prefix))) {
      for (Path sibling : siblings) {
        if (isUuid(sibling.getFileName().toString().substring(prefix.length()))
            && !open.contains(sibling)
            && isAbandoned(sibling.resolve(LOCK))) {
          FileTree.delete(sibling);
        }
      }
    }
  }

  private static boolean isUuid(String text) {
    try {
      return UUID.fromString(text).toString().equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isAbandoned(Path lock) {
    if (!Files.isRegularFile(lock)) {
      return false; // its process may be about to lock it
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }

  /** Deletes all folders when the process ends. Other threads may still write to them. */
  private static void deleteAll() {
    try {
      for (int attempt = 0; attempt < ATTEMPTS && !open.isEmpty(); attempt++) {
        TimeUnit.MILLISECONDS.sleep(attempt == 0 ? 0 : PAUSE_MS);
        open.removeIf(SpillFolder::tryToDelete);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes a folder with its content. Returns false if that fails. */
  private static boolean tryToDelete(Path folder) {
    try {
      FileTree.delete(folder);
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      FileTree.delete(path);
      open.remove(path);
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + " can't be deleted: " + e.getMessage(), e);
    }
  }
}
