package io.unipin.kvcache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on the disk.
 *
 * <p>An interrupt of a thread that reads or writes closes the channel for all threads. The other
 * threads then open it again. Thread-safe.
 */
final class FileDisk implements Disk {
  private final Path path;
  private volatile FileChannel channel;

  @GuardedBy("this")
  private boolean closed;

  private FileDisk(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static FileDisk open(Path path) throws IOException {
    return new FileDisk(path, channel(path));
  }

  private static FileChannel channel(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private interface Access {
    long on(FileChannel channel) throws IOException;
  }

  private long access(Access access) throws IOException {
    while (true) {
      FileChannel current = channel;
      try {
        return access.on(current);
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (ClosedChannelException e) {
        reopen(current);
      }
    }
  }

  private synchronized void reopen(FileChannel old) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (channel == old) {
      channel = channel(path);
    }
  }

  @Override
  public void read(ByteBuffer to, long at) throws IOException {
    long next = at;
    while (to.hasRemaining()) {
      long position = next;
      long count = access(file -> file.read(to, position));
      if (count < 0) {
        throw new EOFException("%s more bytes expected in %s".formatted(to.remaining(), path));
      }
      next += count;
    }
  }

  @Override
  public void write(ByteBuffer from, long at) throws IOException {
    long next = at;
    while (from.hasRemaining()) {
      long position = next;
      next += access(file -> file.write(from, position));
    }
  }

  @Override
  public void force() throws IOException {
    access(
        file -> {
          file.force(false);
          return 0;
        });
  }

  @Override
  public long size() throws IOException {
    return access(FileChannel::size);
  }

  @Override
  public void truncate(long size) throws IOException {
    access(
        file -> {
          file.truncate(size);
          return 0;
        });
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
