package io.unipin.serving.rpc;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Ids for requests whose callers chose none. */
final class RequestIds {
  private RequestIds() {}

  /** 128 random bits in hexadecimal digits. */
  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
