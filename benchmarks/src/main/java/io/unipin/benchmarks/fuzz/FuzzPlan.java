package io.unipin.benchmarks.fuzz;

import java.util.Arrays;
import java.util.List;

/** What is fuzzed, and how many inputs each target must have read for a run to count. */
enum FuzzPlan {
  RPC("rpc", 50_000, 4_096),
  HTTP("http", 50_000, 2_048),
  PAGE_CURSOR("page-cursor", 50_000, 16_384),
  HISTORY_RECORD("history-record", 50_000, 4_096),
  SERVED_LOG("served-log", 50_000, 4_096),
  SAFETENSORS("safetensors", 50_000, 4_096),
  /** Each input is written, summed, loaded and searched. */
  INDEX_FILE("index-file", 5_000, 16_384),
  MANIFEST("manifest", 50_000, 8_192),
  SETTINGS("settings", 50_000, 4_096),
  MAPPING("mapping", 50_000, 4_096),
  /** Each input becomes three Parquet files. */
  FEED_LOG("feed-log", 5_000, 512);

  private final String target;
  private final int leastExecutions;
  private final int maxBytes;

  FuzzPlan(String target, int leastExecutions, int maxBytes) {
    this.target = target;
    this.leastExecutions = leastExecutions;
    this.maxBytes = maxBytes;
  }

  String target() {
    return target;
  }

  int leastExecutions() {
    return leastExecutions;
  }

  /** Bytes of the longest input. */
  int maxBytes() {
    return maxBytes;
  }

  static List<String> targets() {
    return Arrays.stream(values()).map(FuzzPlan::target).toList();
  }
}
