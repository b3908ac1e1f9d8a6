package io.unipin.benchmarks.report;

import java.util.List;

/** Tables of a fleet whose parts die. */
final class ClusterTables {
  private static final String RUN = "cluster-quick";
  private static final String[] HEADS = {"figure", "measured", "target (who set it)"};

  private ClusterTables() {}

  static List<Table> all() {
    return List.of(
        deaths(), sharing(), routing(), away(), engines(), Table.ofRuns("cluster-files", RUN));
  }

  private static Table deaths() {
    return Table.of("cluster-deaths", HEADS)
        .row(RUN, "kills of a replica, a Redis primary or the broker", "{kills}", "none")
        .row(
            RUN,
            "acknowledged actions that were lost",
            "{lost_actions}",
            "{lost_actions|<=0 project}")
        .row(
            RUN,
            "wrong pages, and how many pages were computed again",
            "{wrong_pages}, {compared_pages|,}",
            "{wrong_pages|<=0 project}")
        .row(RUN, "calls that failed", "{failed_share|%2}", "{failed_share|<=0.1% project}")
        .row(RUN, "pages named degraded", "{degraded_share|%2}", "none")
        .row(
            RUN,
            "hits 10 to 20 s after a replica's death ÷ before",
            "{hits_after_death|2}",
            "{hits_after_death|>=0.95 project}")
        .row(
            RUN,
            "the same without a tier that replicas share",
            "{hits_after_death_no_tier|2}",
            "none");
  }

  private static Table sharing() {
    return Table.of("cluster-sharing", HEADS)
        .row(
            RUN,
            "pages of one replica without an action that another one had just recorded",
            "{record_to_page_stale}",
            "{record_to_page_stale|<=0 project}")
        .row(
            RUN,
            "second pages that failed after the replica of the first page died",
            "{cursor_failures}",
            "{cursor_failures|<=0 project}")
        .row(
            RUN,
            "wrong pages of two replicas that share rows while items change",
            "{shared_tier_wrong_pages}",
            "{shared_tier_wrong_pages|<=0 project}")
        .row(
            RUN,
            "calls that failed during restarts, one replica after the other",
            "{restart_failed}",
            "{restart_failed|<=0 project}")
        .row(
            RUN,
            "calls that failed during changes of the bundle",
            "{swap_failed}",
            "{swap_failed|<=0 project}")
        .row(
            RUN,
            "hits in the first minute after SIGTERM ÷ before",
            "{warm_restart_hits/clean|2}",
            "{warm_restart_hits/clean|>=0.90 project}")
        .row(
            RUN,
            "the same after SIGKILL",
            "{warm_restart_hits/kill|2}",
            "{warm_restart_hits/kill|>=0.90 project}")
        .row(RUN, "an erasure at all replicas", "{erase_s|1} s", "{erase_s|<=5 project}")
        .row(
            RUN,
            "files that name the erased user afterwards",
            "{erase_bytes_left}",
            "{erase_bytes_left|<=0 project}");
  }

  private static Table routing() {
    return Table.of("cluster-routing", HEADS)
        .row(RUN, "hits, calls go to the user's replica", "{affinity_hits|%1}", "none")
        .row(RUN, "hits, calls go to the replicas in turn", "{round_robin_hits|%1}", "none")
        .row(
            RUN,
            "pages of the busiest replica ÷ mean",
            "{largest_load|2}",
            "{largest_load|<=1.35 project}");
  }

  private static Table away() {
    Table table =
        Table.of(
            "cluster-away",
            "for a while",
            "wrong pages",
            "stuck calls",
            "whole again after",
            "target (who set it)");
    return away(
        away(away(table, "redis", "Redis is away"), "kafka", "Kafka is away"),
        "slow_redis",
        "Redis answers 50 ms late");
  }

  private static Table away(Table table, String key, String what) {
    return table.row(
        RUN + "#away/" + key,
        what,
        "{wrong}",
        "{blocked}",
        "{recovery_s|1} s",
        "{recovery_s|<=5 project}");
  }

  private static Table engines() {
    return Table.of("cluster-engines", HEADS)
        .row(
            RUN,
            "a page's median with histories in Redis ÷ embedded",
            "{page_p50_vs_embedded|2}",
            "{page_p50_vs_embedded|<=1.10 project}")
        .row(
            RUN,
            "recording an action, 99th percentile, with Redis ÷ embedded",
            "{record_p99_vs_embedded|2}",
            "{record_p99_vs_embedded|<=3 project}");
  }
}
