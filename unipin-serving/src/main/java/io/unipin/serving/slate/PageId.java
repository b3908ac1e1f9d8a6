package io.unipin.serving.slate;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Identifies a page for its draws.
 *
 * @param request id of the request
 * @param surface surface of the page, on which impressions are counted
 */
public record PageId(String user, String request, String surface) {
  private static final int UNUSED_BITS = Long.SIZE - 53;

  /**
   * Returns a number in [0, 1) for one position of the page. The number depends only on user,
   * request, generation and position, so a repeated request draws the same items.
   *
   * <p>The number is a binary fraction: the first 53 bits of MurmurHash3 x64 128 with seed 0. The
   * input of the hash is the UTF-8 bytes of user, NUL, request, NUL, generation, NUL, position.
   * Generation and position are written as decimal numbers.
   */
  double uniform(long generation, int place) {
    String text = user + '\0' + request + '\0' + generation + '\0' + place;
    long hash = MurmurHash3.hash128x64(text.getBytes(StandardCharsets.UTF_8))[0];
    return (hash >>> UNUSED_BITS) * 0x1p-53;
  }
}
