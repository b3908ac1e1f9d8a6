package io.unipin.serving.rpc;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Creates ids for requests without an id. */
final class RequestIds {
  private RequestIds() {}

  /** Returns 128 random bits in hexadecimal digits. */
  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
