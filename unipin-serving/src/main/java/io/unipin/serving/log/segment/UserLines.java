package io.unipin.serving.log.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The offsets of each user's lines in a segment. The table holds one number per line. The high bits
 * of the number are the user's hash, and the low bits are the line's offset.
 *
 * <p>The hash has 31 bits and uses a salt that is unique to the segment. So the table reveals no
 * id, and its hashes do not match the hashes of another segment.
 *
 * <p>If two users share a hash, an erasure also reads the other user's lines. The table takes 8
 * bytes of memory per line, and twice as much while it grows. Not thread-safe.
 */
final class UserLines {
  static final int SALT_BYTES = 16;

  /** Replaces the user's hash in the number of an incomplete line. */
  private static final long UNREADABLE = 0;

  private static final long OFFSET = 0xffff_ffffL;
  private static final int FIRST = 64;

  private final byte[] salt;
  private final MessageDigest digest = sha256();
  private long[] lines;
  private int count;

  /** Creates an empty table with a new salt. */
  UserLines() {
    this(freshSalt(), new long[0]);
  }

  /** Creates a table from saved lines. */
  UserLines(byte[] salt, long[] lines) {
    this.salt = salt.clone();
    this.lines = lines;
    this.count = lines.length;
  }

  private static byte[] freshSalt() {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return salt;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a user's hash. The hash is never {@link #UNREADABLE}. */
  private static long hash(MessageDigest digest, byte[] salt, String user) {
    digest.update(salt);
    long hash = ByteBuffer.wrap(digest.digest(user.getBytes(StandardCharsets.UTF_8))).getInt();
    return Math.max(
        hash & Integer.MAX_VALUE, UNREADABLE + 1); // keeps numbers positive and sorted by hash
  }

  /** Returns the smallest number that a line of the user can have. */
  static long first(byte[] salt, String user) {
    return hash(sha256(), salt, user) << Integer.SIZE;
  }

  /** Returns the smallest number that an incomplete line can have. */
  static long firstUnreadable() {
    return UNREADABLE << Integer.SIZE;
  }

  static boolean sameUser(long line, long first) {
    return line >>> Integer.SIZE == first >>> Integer.SIZE;
  }

  static long offset(long line) {
    return line & OFFSET;
  }

  void add(String user, long offset) {
    add(hash(digest, salt, user) << Integer.SIZE | offset);
  }

  void addUnreadable(long offset) {
    add(UNREADABLE << Integer.SIZE | offset);
  }

  private void add(long line) {
    if (count == lines.length) {
      lines = Arrays.copyOf(lines, Math.max(FIRST, count * 2));
    }
    lines[count++] = line;
  }

  /**
   * Returns the offsets of lines that may be the user's: the lines with the user's hash and the
   * incomplete lines.
   */
  long[] find(String user) {
    long first = hash(digest, salt, user) << Integer.SIZE;
    return LongStream.of(lines)
        .limit(count)
        .filter(line -> sameUser(line, first) || sameUser(line, firstUnreadable()))
        .map(UserLines::offset)
        .toArray();
  }

  /** Removes the lines at the offsets. */
  void remove(long[] offsets) {
    long[] gone = LongStream.of(offsets).sorted().toArray();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (Arrays.binarySearch(gone, offset(lines[i])) < 0) {
        lines[kept++] = lines[i];
      }
    }
    Arrays.fill(lines, kept, count, 0);
    count = kept;
  }

  boolean isEmpty() {
    return count == 0;
  }

  byte[] salt() {
    return salt.clone();
  }

  /** Returns a copy of the lines in ascending order. */
  long[] sorted() {
    long[] sorted = Arrays.copyOf(lines, count);
    Arrays.sort(sorted);
    return sorted;
  }
}
