package io.unipin.serving.log.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Where in a segment the lines of each user begin: one number a line, the user's hash above the line's offset.
 *
 * <p>The hash has 31 bits and a salt of the segment's own, so that neither an id nor a hash that another file has can be
 * found in it. Users who share a hash cost a look at each other's lines. Takes 8 bytes a line, twice that while it grows.
 * One thread at a time.
 */
final class UserLines {
  static final int SALT_BYTES = 16;

  /** Stands in place of a user where a line is no whole entry. */
  private static final long UNREADABLE = 0;

  private static final long OFFSET = 0xffff_ffffL;
  private static final int FIRST = 64;

  private final byte[] salt;
  private final MessageDigest digest = sha256();
  private long[] lines;
  private int count;

  /** Makes an empty one with a fresh salt. */
  UserLines() {
    this(freshSalt(), new long[0]);
  }

  /** Takes lines over that were written before. */
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

  /** Returns a user's hash, which is never that of an unreadable line. */
  private static long hash(MessageDigest digest, byte[] salt, String user) {
    digest.update(salt);
    long hash = ByteBuffer.wrap(digest.digest(user.getBytes(StandardCharsets.UTF_8))).getInt();
    return Math.max(
        hash & Integer.MAX_VALUE, UNREADABLE + 1); // lines stay positive, and so in order
  }

  /** Returns the first number that a line of the user's can have; those of all their lines follow. */
  static long first(byte[] salt, String user) {
    return hash(sha256(), salt, user) << Integer.SIZE;
  }

  /** Returns the first number that an unreadable line can have. */
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

  /** Returns where the lines begin that may be the user's: theirs, and those that are no whole entries. */
  long[] find(String user) {
    long first = hash(digest, salt, user) << Integer.SIZE;
    return LongStream.of(lines)
        .limit(count)
        .filter(line -> sameUser(line, first) || sameUser(line, firstUnreadable()))
        .map(UserLines::offset)
        .toArray();
  }

  /** Forgets the lines that begin there. */
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
