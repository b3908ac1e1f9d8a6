package io.unipin.train;

import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other trainings out of a work folder. Two trainings would replace each other's models and
 * checkpoints. The operating system frees the lock when its process ends, however it ends.
 */
final class WorkLock implements AutoCloseable {
  private static final String NAME = "lock";

  private final FileChannel channel;

  private WorkLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a folder. Creates it if it does not exist.
   *
   * @throws TrainException if another training holds the lock
   */
  static WorkLock of(Path work) throws IOException {
    Files.createDirectories(work);
    FileChannel channel =
        FileChannel.open(work.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      if (tryLock(channel) == null) {
        throw new TrainException(
            "a work folder without a running training expected, got %s, which a training uses"
                .formatted(work));
      }
      locked = true;
      return new WorkLock(channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // a training in this process holds it
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
