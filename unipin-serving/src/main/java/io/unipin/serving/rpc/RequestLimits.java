package io.unipin.serving.rpc;

/** Bounds of requests, looked at before any work is done. */
final class RequestLimits {
  static final int USER_ID = 256;
  static final int EVENT_ID = 256;
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

  /** The beginning of the year 2200, in milliseconds: later than any honest clock. */
  static final long TIME_MS = 7_258_118_400_000L;

  private RequestLimits() {}
}
