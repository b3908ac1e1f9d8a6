package io.unipin.serving.pipeline.paging;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.MacKeys;
import io.unipin.serving.security.Secrets;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.LongSupplier;

/**
 * Creates and reads page cursors. A cursor holds the items of the user's earlier pages and is
 * signed.
 *
 * <p>The server stores nothing for a cursor. So every replica with the same secrets can serve any
 * page. A repeated request for a page excludes the same items each time.
 *
 * <p>Thread-safe.
 */
public final class PageCursors {
  /*
   * byte     version, 1
   * 8 bytes  time of issue, milliseconds
   * 4 bytes  number of items, then each, ascending:
   *   varint of the difference to the item before (for the first item: to the smallest long)
   * 16 bytes first half of HMAC-SHA-256 over user id and all of the above
   */
  private static final byte VERSION = 1;

  private static final int MAC_BYTES = 16;
  private static final int HEAD_BYTES = 1 + Long.BYTES + Integer.BYTES;
  private static final int MAX_VARINT_BYTES = 10;
  private static final String FIELD = "page_cursor";

  private final Secrets secrets;
  private final PageConfig config;
  private final LongSupplier clockMs;

  public PageCursors(Secrets secrets, PageConfig config, LongSupplier clockMs) {
    this.secrets = secrets;
    this.config = config;
    this.clockMs = clockMs;
  }

  /** Returns a cursor that excludes these items; empty when the feed has reached its end. */
  public String issue(String user, long[] served) {
    if (served.length >= config.maxServed()) {
      return "";
    }
    long[] items = Arrays.stream(served).sorted().distinct().toArray();
    ByteWriter out = new ByteWriter(HEAD_BYTES + items.length * MAX_VARINT_BYTES + MAC_BYTES);
    out.int8(VERSION).int64(clockMs.getAsLong()).int32(items.length);
    long previous = Long.MIN_VALUE;
    for (long item : items) {
      out.varint(item - previous);
      previous = item;
    }
    byte[] body = out.toByteArray();
    byte[] mac = Arrays.copyOf(keys().sign(owner(user), body), MAC_BYTES);
    byte[] bytes = out.bytes(mac).toByteArray();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns the items that a cursor excludes. */
  public long[] open(String user, String cursor) {
    if (cursor.isEmpty()) {
      return new long[0];
    }
    byte[] bytes = decode(cursor);
    int signed = bytes.length - MAC_BYTES;
    if (signed < HEAD_BYTES || !isSigned(user, bytes, signed)) {
      throw foreign();
    }
    try {
      return items(ByteReader.of(bytes, signed));
    } catch (MalformedBytesException e) {
      throw foreign();
    }
  }

  private long[] items(ByteReader in) {
    if (in.int8() != VERSION) {
      throw foreign();
    }
    long age = clockMs.getAsLong() - in.int64();
    if (age > config.cursorTimeToLive().toMillis()) {
      throw ServingException.invalid(
          FIELD,
          "a cursor of at most %s of age expected, got %s"
              .formatted(config.cursorTimeToLive(), Duration.ofMillis(age)));
    }
    long[] items = new long[in.count32(1)];
    long previous = Long.MIN_VALUE;
    for (int i = 0; i < items.length; i++) {
      previous += in.varint();
      items[i] = previous;
    }
    in.end();
    return items;
  }

  private byte[] decode(String cursor) {
    int longest = HEAD_BYTES + MAC_BYTES + config.maxServed() * MAX_VARINT_BYTES;
    if (cursor.length() > 2 * longest) {
      throw foreign();
    }
    try {
      return Base64.getUrlDecoder().decode(cursor);
    } catch (IllegalArgumentException e) {
      throw foreign();
    }
  }

  private static ServingException foreign() {
    return ServingException.invalid(
        FIELD, "a cursor that this server gave to this user expected, got another");
  }

  private boolean isSigned(String user, byte[] bytes, int signed) {
    byte[] mac = Arrays.copyOfRange(bytes, signed, bytes.length);
    return keys().verify(mac, owner(user), Arrays.copyOf(bytes, signed));
  }

  private MacKeys keys() {
    return secrets.keys(Secrets.Purpose.PAGE_CURSOR);
  }

  /** Returns the number of bytes of the user id, followed by these bytes. */
  private static byte[] owner(String user) {
    byte[] id = user.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + id.length).putInt(id.length).put(id).array();
  }
}
