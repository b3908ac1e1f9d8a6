package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code docs/results/cluster.md}, about a fleet whose processes are killed or cut
 * off.
 */
final class ClusterTables {
  private static final String RUN = "cluster";

  /** A run of one scene, on a machine without other work. This scene compares times. */
  private static final String QUIET = "cluster-embedded";

  private static final String[] HEADS = {"figure", "measured", "target (who set it)"};

  private ClusterTables() {}

  static List<Table> all() {
    return List.of(deaths(), away(), shared(), Table.ofRuns("cluster-files", RUN, QUIET));
  }

  private static Table deaths() {
    return Table.of("cluster-deaths", HEADS)
        .row(RUN, "parts killed, calls meanwhile", "{kills}, {calls|,}", "none")
        .row(RUN, "acknowledged actions lost", "{lost_actions}", "{lost_actions|<=0 project}")
        .row(
            RUN,
            "wrong pages, of pages compared",
            "{wrong_pages} of {compared_pages|,}",
            "{wrong_pages|<=0 project}")
        .row(
            RUN, "share of calls that failed", "{failed_share|5}", "{failed_share|<=0.001 project}")
        .row(RUN, "share of pages named degraded", "{degraded_share|4}", "none")
        .row(
            RUN,
            "hits 10 to 20 s after a replica's death ÷ before, with a KV tier in Redis",
            "{hits_after_death|2}",
            "{hits_after_death|>=0.95 project}")
        .row(RUN, "the same without the tier", "{hits_after_death_no_tier|2}", "none")
        .row(
            RUN,
            "hits in the first minute after a clean restart ÷ before",
            "{warm_restart_hits/clean|2}",
            "{warm_restart_hits/clean|>=0.9 project}")
        .row(
            RUN,
            "the same after SIGKILL",
            "{warm_restart_hits/kill|2}",
            "{warm_restart_hits/kill|>=0.9 project}")
        .row(
            RUN,
            "failed calls in a rolling restart, in a rolling swap of bundles",
            "{restart_failed}, {swap_failed}",
            "{restart_failed|<=0 project}, {swap_failed|<=0 project}");
  }

  private static Table away() {
    return Table.of(
            "cluster-away", "what is away", "wrong pages", "stuck calls", "whole again", "degraded")
        .row(RUN, cells("Redis, for 30 s", "redis"))
        .row(RUN, cells("Kafka, for 30 s", "kafka"))
        .row(RUN, cells("Redis, 50 ms slow", "slow_redis"));
  }

  private static String[] cells(String name, String part) {
    return new String[] {
      name,
      "{away/%s/wrong}, {away/%s/wrong|<=0 project}".formatted(part, part),
      "{away/%s/blocked}, {away/%s/blocked|<=0 project}".formatted(part, part),
      "{away/%s/recovery_s|1} s, {away/%s/recovery_s|<=5 project}".formatted(part, part),
      "{away/%s/degraded}".formatted(part)
    };
  }

  private static Table shared() {
    return Table.of("cluster-shared", HEADS)
        .row(
            RUN,
            "pages at B without an action just recorded at A",
            "{record_to_page_stale}",
            "{record_to_page_stale|<=0 project}")
        .row(
            RUN,
            "second pages refused by another replica",
            "{cursor_failures}",
            "{cursor_failures|<=0 project}")
        .row(
            RUN,
            "wrong pages of two replicas with other items, of reloads from one tier",
            "{shared_tier_wrong_pages} of {shared_tier_reloads}",
            "{shared_tier_wrong_pages|<=0 project}")
        .row(
            RUN,
            "hit rate with affinity by user, in turn",
            "{affinity_hits|2}, {round_robin_hits|2}",
            "none")
        .row(
            RUN,
            "pages of the busiest replica ÷ mean",
            "{largest_load|2}",
            "{largest_load|<=1.35 project}")
        .row(
            RUN,
            "seconds until a user is erased everywhere",
            "{erase_s|2} s",
            "{erase_s|<=5 project}")
        .row(
            RUN,
            "places with bytes of the erased user",
            "{erase_bytes_left}",
            "{erase_bytes_left|<=0 project}")
        .row(
            QUIET,
            "pages, median with Redis ÷ embedded",
            "{page_p50_vs_embedded|2}",
            "{page_p50_vs_embedded|<=1.1 project}")
        .row(
            QUIET,
            "recorded actions, 99th percentile with Redis ÷ embedded",
            "{record_p99_vs_embedded|2}",
            "{record_p99_vs_embedded|<=3 project}");
  }
}
