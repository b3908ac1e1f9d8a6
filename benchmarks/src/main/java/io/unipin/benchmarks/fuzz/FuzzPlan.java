package io.unipin.benchmarks.fuzz;

import java.util.Arrays;
import java.util.List;

/** The fuzzing targets, each with the number of inputs that a run must reach. */
enum FuzzPlan {
  RPC("rpc", 50_000, 4_096),
  HTTP("http", 50_000, 2_048),
  JSON("json", 50_000, 4_096),
  PAGE_CURSOR("page-cursor", 50_000, 16_384),
  HISTORY_RECORD("history-record", 50_000, 4_096),
  SERVED_LOG("served-log", 50_000, 4_096),
  SAFETENSORS("safetensors", 50_000, 4_096),
  /** Each input is written to a file with a checksum, and the file is loaded and searched. */
  INDEX_FILE("index-file", 5_000, 16_384),
  MANIFEST("manifest", 50_000, 8_192),
  SETTINGS("settings", 50_000, 4_096, 2),
  MAPPING("mapping", 50_000, 4_096, 2),
  /** Each input becomes three Parquet files, and a database is opened to read them. */
  FEED_LOG("feed-log", 5_000, 512, 3);

  private final String target;
  private final int leastExecutions;
  private final int maxBytes;
  private final int share;

  FuzzPlan(String target, int leastExecutions, int maxBytes) {
    this(target, leastExecutions, maxBytes, 1);
  }

  FuzzPlan(String target, int leastExecutions, int maxBytes, int share) {
    this.target = target;
    this.leastExecutions = leastExecutions;
    this.maxBytes = maxBytes;
    this.share = share;
  }

  String target() {
    return target;
  }

  int leastExecutions() {
    return leastExecutions;
  }

  /** Returns the maximum length of an input in bytes. */
  int maxBytes() {
    return maxBytes;
  }

  /**
   * Returns the target's share of the time. A target with share 3 is fuzzed three times as long as
   * a target with share 1.
   */
  int share() {
    return share;
  }

  static List<String> targets() {
    return Arrays.stream(values()).map(FuzzPlan::target).toList();
  }
}
