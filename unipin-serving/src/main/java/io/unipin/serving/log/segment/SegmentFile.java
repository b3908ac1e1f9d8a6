package io.unipin.serving.log.segment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one segment. Lines are added at the end and erased in place.
 *
 * <p>An erased line is overwritten with blanks, including its line end. The blanks then precede the
 * JSON of the next line. Erased lines at the end of the file are cut off. After an erasure, a small
 * file is replaced by a copy without blanks.
 *
 * <p>So the erasure of a line needs no disk space and copies no other line. Only the removal of
 * blanks from a small file needs space for a copy. Not thread-safe.
 */
final class SegmentFile implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SegmentFile.class);

  /** Largest number of bytes of an entry. A longer line counts as damaged. */
  static final int LONGEST_LINE = 16 << 20;

  private static final int CHUNK = 1 << 16;

  private final FileChannel channel;

  private SegmentFile(FileChannel channel) {
    this.channel = channel;
  }

  static SegmentFile open(Path file, OpenOption... options) throws IOException {
    return new SegmentFile(FileChannel.open(file, options));
  }

  @FunctionalInterface
  interface Lines {
    /**
     * Takes a line without its line end. If a line is longer than {@link #LONGEST_LINE}, only the
     * line's beginning is given.
     */
    void line(long offset, byte[] bytes, int from, int length) throws IOException;
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Writes all bytes, starting at a position. */
  void write(long position, byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest, position + rest.position());
    }
  }

  void truncate(long size) throws IOException {
    channel.truncate(size);
  }

  void force() throws IOException {
    channel.force(false);
  }

  /** Reads all lines in order, including blank lines and a last line without a line end. */
  void lines(Lines reader) throws IOException {
    byte[] buffer = new byte[1 << 20];
    int held = 0;
    long begin = 0;
    long position = 0;
    for (int read; ; ) {
      if (held == buffer.length) {
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
      read = channel.read(ByteBuffer.wrap(buffer, held, buffer.length - held), position);
      if (read < 0) {
        break;
      }
      position += read;
      int from = 0;
      for (int i = held; i < held + read; i++) {
        if (buffer[i] == '\n') {
          hand(reader, begin, buffer, from, i);
          from = i + 1;
        }
      }
      if (from == 0) {
        // blanks of erased lines do not count towards a line's length
        from = blanks(buffer, 0, held + read);
      }
      held += read - from;
      System.arraycopy(buffer, from, buffer, 0, held);
      begin += from;
      if (held > LONGEST_LINE) {
        hand(reader, begin, buffer, 0, held);
        position = endOfLine(position) + 1;
        begin = position;
        held = 0;
      }
    }
    if (held > 0) {
      hand(reader, begin, buffer, 0, held);
    }
  }

  /** Passes a line to the reader without the line's leading blanks. */
  private static void hand(Lines reader, long begin, byte[] buffer, int from, int to)
      throws IOException {
    int text = from + blanks(buffer, from, to);
    reader.line(begin + text, buffer, text, to - text);
  }

  private static int blanks(byte[] buffer, int from, int to) {
    int count = 0;
    while (from + count < to && buffer[from + count] == ' ') {
      count++;
    }
    return count;
  }

  /** Reads the offsets at which each user's lines begin. */
  UserLines users() throws IOException {
    UserLines users = new UserLines();
    lines(
        (offset, bytes, from, length) -> {
          if (!LogLine.isBlank(bytes, from, length)) {
            LogLine.user(bytes, from, length)
                .ifPresentOrElse(
                    user -> users.add(user, offset), () -> users.addUnreadable(offset));
          }
        });
    return users;
  }

  /**
   * Replaces the file by a copy without the blanks of erasures. Returns whether the disk had room
   * for the copy.
   */
  static boolean dropBlanks(Path path) {
    Path copy = path.resolveSibling(path.getFileName() + ".tmp");
    try {
      try (SegmentFile file = open(path, StandardOpenOption.READ);
          OutputStream out = Files.newOutputStream(copy)) {
        file.lines(
            (offset, bytes, from, length) -> {
              out.write(bytes, from, length);
              out.write('\n');
            });
      }
      Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      logger.debug("the blanks in {} stay", path, e);
      return false;
    } finally {
      copy.toFile().delete();
    }
  }

  /** Returns the line at the offset, without its line end. */
  byte[] lineAt(long offset) throws IOException {
    long length = Math.min(endOfLine(offset) - offset, LONGEST_LINE);
    ByteBuffer line = ByteBuffer.allocate((int) length);
    while (line.hasRemaining() && channel.read(line, offset + line.position()) >= 0) {}
    return line.array();
  }

  /** Erases the line at the offset. */
  void erase(long offset) throws IOException {
    long end = endOfLine(offset) + 1;
    if (end >= channel.size()) {
      channel.truncate(endOfText(offset));
      return;
    }
    byte[] blanks = new byte[(int) Math.min(end - offset, CHUNK)];
    Arrays.fill(blanks, (byte) ' ');
    for (long at = offset; at < end; at += blanks.length) {
      int length = (int) Math.min(blanks.length, end - at);
      write(at, length == blanks.length ? blanks : Arrays.copyOf(blanks, length));
    }
  }

  /** Returns the position at which the blanks just before {@code end} begin. */
  private long endOfText(long end) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (long at = Math.min(end, size()); at > 0; at -= chunk.position()) {
      chunk.clear().limit((int) Math.min(CHUNK, at));
      while (chunk.hasRemaining()
          && channel.read(chunk, at - chunk.limit() + chunk.position()) >= 0) {}
      for (int i = chunk.position() - 1; i >= 0; i--) {
        if (chunk.get(i) != ' ') {
          return at - chunk.position() + i + 1;
        }
      }
    }
    return 0;
  }

  /** Returns the position of the line's end, or the end of the file if the line has no end. */
  private long endOfLine(long offset) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (long at = offset; ; at += chunk.position()) {
      chunk.clear();
      if (channel.read(chunk, at) < 0) {
        return at;
      }
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) == '\n') {
          return at + i;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
