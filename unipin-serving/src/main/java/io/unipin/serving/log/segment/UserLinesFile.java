package io.unipin.serving.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/**
 * The {@link UserLines} of a closed segment, stored in a file beside the segment.
 *
 * <p>The file begins with the magic number and the version (4 bytes each), the segment's size (8)
 * and the salt (16). The number of lines (8) and a checksum (8) come next. The lines follow in
 * ascending order, 8 bytes each.
 *
 * <p>The file may be lost. An erasure then reads the whole segment. Not thread-safe.
 */
final class UserLinesFile {
  static final String SUFFIX = ".users";
  static final String UNFINISHED = SUFFIX + ".tmp";
  private static final int MAGIC = 0x55504c55;
  private static final int VERSION = 1;
  private static final int HEADER = 48;

  private final Path segment;
  private final Path file;

  UserLinesFile(Path segment) {
    this.segment = segment;
    this.file = segment.resolveSibling(segment.getFileName() + SUFFIX);
  }

  /** The fields that precede the lines in the file. */
  private record Header(byte[] salt, long lines, long checksum) {}

  /** Whether the file is complete and matches the current segment. */
  boolean isWhole() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Optional<Header> header = header(channel, Files.size(segment));
      return header.isPresent()
          && checksum(lines(channel, header.get())) == header.get().checksum();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns the offsets of lines that may be the user's; empty when there is no index file that
   * fits the segment.
   */
  Optional<long[]> find(String user) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Optional<Header> header = header(channel, Files.size(segment));
      if (header.isEmpty()) {
        return Optional.empty();
      }
      long count = header.get().lines();
      LongStream theirs = from(channel, count, UserLines.first(header.get().salt(), user));
      LongStream unreadable = from(channel, count, UserLines.firstUnreadable());
      return Optional.of(LongStream.concat(unreadable, theirs).toArray());
    }
  }

  /** Returns the offsets of the lines with one hash, found by bisection. */
  private static LongStream from(FileChannel channel, long count, long first) throws IOException {
    long low = 0;
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (line(channel, middle) < first) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    LongStream.Builder found = LongStream.builder();
    for (long i = low; i < count; i++) {
      long line = line(channel, i);
      if (!UserLines.sameUser(line, first)) {
        break;
      }
      found.add(UserLines.offset(line));
    }
    return found.build();
  }

  private static long line(FileChannel channel, long index) throws IOException {
    return read(channel, HEADER + Long.BYTES * index, Long.BYTES).getLong();
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("%s bytes expected at %s".formatted(length, position));
      }
    }
    return bytes.flip();
  }

  /**
   * Reads the header of a file that belongs to a segment of the given size. Returns an empty result
   * if the file belongs to another segment.
   */
  private static Optional<Header> header(FileChannel channel, long size) throws IOException {
    if (channel.size() < HEADER) {
      return Optional.empty();
    }
    ByteBuffer bytes = read(channel, 0, HEADER);
    boolean known = bytes.getInt() == MAGIC && bytes.getInt() == VERSION;
    boolean fits = bytes.getLong() == size;
    byte[] salt = new byte[UserLines.SALT_BYTES];
    bytes.get(salt);
    Header header = new Header(salt, bytes.getLong(), bytes.getLong());
    boolean complete = channel.size() == HEADER + Long.BYTES * header.lines();
    return known && fits && complete ? Optional.of(header) : Optional.empty();
  }

  private static long[] lines(FileChannel channel, Header header) throws IOException {
    int bytes = Math.toIntExact(Long.BYTES * header.lines());
    long[] lines = new long[(int) header.lines()];
    read(channel, HEADER, bytes).asLongBuffer().get(lines);
    return lines;
  }

  private static long checksum(long[] lines) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * lines.length);
    bytes.asLongBuffer().put(lines);
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return sum.getValue();
  }

  /**
   * Removes lines. Returns whether any lines are left. The file is deleted if it can't be
   * rewritten.
   *
   * @param size size of the segment in bytes before the erasure; an erasure of the last lines makes
   *     the segment shorter
   */
  boolean remove(long[] offsets, long size) throws IOException {
    UserLines lines;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header =
          header(channel, size)
              .orElseThrow(() -> new IOException("the index of a segment has changed"));
      lines = new UserLines(header.salt(), lines(channel, header));
    }
    lines.remove(offsets);
    delete(); // the old file is deleted first, so that a crash can't leave this file
    write(lines);
    return !lines.isEmpty();
  }

  /** Replaces the file. Throws when the disk has no room, and leaves no half-written file. */
  void write(UserLines users) throws IOException {
    long[] lines = users.sorted();
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + Long.BYTES * lines.length);
    bytes.putInt(MAGIC).putInt(VERSION).putLong(Files.size(segment)).put(users.salt());
    bytes.putLong(lines.length).putLong(checksum(lines));
    bytes.asLongBuffer().put(lines);
    Path unfinished = segment.resolveSibling(segment.getFileName() + UNFINISHED);
    try {
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true); // a loss of power leaves a complete file or no file
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
