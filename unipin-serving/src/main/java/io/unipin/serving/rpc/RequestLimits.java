package io.unipin.serving.rpc;

import java.time.Duration;

/** Bounds of requests. They are checked before any work is done. */
final class RequestLimits {
  static final int REQUEST_ID = 128;
  static final int HISTORY = 16_384;
  static final int RECENT = 1024;
  static final int EXCLUDED = 10_000;
  static final int CATEGORIES = 64;
  static final int CANDIDATES = 4096;
  static final int RANK_ITEMS = 4096;
  static final int RECORD_USERS = 1024;
  static final int RECORD_ACTIONS = 16_384;
  static final long OMITTED = 1L << 40;

  /** Largest time by which the clock of an honest client may be ahead of the server's clock. */
  static final Duration AHEAD = Duration.ofMinutes(10);

  private RequestLimits() {}
}
