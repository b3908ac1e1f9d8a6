package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/kv-cache.md}. */
final class CacheTables {
  private CacheTables() {}

  static List<Table> all() {
    return List.of(
        figures(),
        stores(),
        saved(),
        types(),
        hitRates(),
        equalSizes(),
        rounding(),
        Table.ofRuns(
            "kv-cache-files", "kv-cache", "kv-cache-tier", "kv-cache-xeon", "kv-cache-quality"));
  }

  private static Table figures() {
    Table table =
        Table.of("kv-cache", "figure", "processor", "build", "measured", "target (who set it)");
    for (String file : List.of("kv-cache", "kv-cache-xeon")) {
      table =
          table
              .row(
                  file,
                  figure(
                      "acquire and release on a hit",
                      "{acquire_hit_ns|,} ns",
                      "{acquire_hit_ns|<=1,000 project}"))
              .row(
                  file,
                  figure(
                      "bytes allocated by that",
                      "{acquire_hit_bytes|0}",
                      "{acquire_hit_bytes|<=200 project}"))
              .row(
                  file,
                  figure(
                      "acquires per second, 2 threads",
                      "{acquire_ops_per_s_2_threads|2/1000000} million",
                      "{acquire_ops_per_s_2_threads|>=2,000,000 project}"))
              .row(
                  file,
                  figure(
                      "append 8 to 512 ÷ prefill, float32",
                      "{append_vs_prefill|3}",
                      "{append_vs_prefill|<=0.05 project}"))
              .row(
                  file,
                  figure(
                      "bytes of int8 ÷ float32, head width 64",
                      "{int8_bytes_ratio|3}",
                      "{int8_bytes_ratio|<=0.27 project}"))
              .row(
                  file,
                  figure(
                      "part of the budget free when a block found no run, {chaos/operations|,}"
                          + " operations",
                      "{fragmentation|4}",
                      "{fragmentation|<=0.05 project}"))
              .row(
                  file,
                  figure("bytes left leased then", "{leaked_bytes}", "{leaked_bytes|<=0 project}"));
    }
    return reloads(table);
  }

  /**
   * Adds table rows about the time to read a user's keys and values from a tier. Their figures come
   * from a separate run.
   */
  private static Table reloads(Table table) {
    return table
        .row(
            "kv-cache-tier",
            figure(
                "reading 512 actions in int8 from a file ÷ prefill by the program, float32",
                "{reload_vs_prefill/file|3}",
                "{reload_vs_prefill/file|<=0.08 project}"))
        .row(
            "kv-cache-tier",
            figure(
                "the same, from Redis",
                "{reload_vs_prefill/redis|3}",
                "{reload_vs_prefill/redis|<=0.12 project}"))
        .row(
            "kv-cache-tier",
            figure(
                "from a file, from Redis ÷ prefill by the native engine, float32",
                "{reload_vs_prefill_native/file|3}, {reload_vs_prefill_native/redis|3}",
                "none"));
  }

  private static String[] figure(String label, String value, String target) {
    return new String[] {label, "{/machine/cpu|cpu}", "{/git}", value, target};
  }

  private static Table stores() {
    return Table.of(
            "kv-cache-stores",
            "store, users of 1 MiB",
            "acquire",
            "put",
            "append 8 rows",
            "time of the garbage collector: put",
            "append")
        .row("kv-cache#stores/unipin", storeCells("this cache"))
        .row("kv-cache#stores/caffeine_heap", storeCells("Caffeine, arrays on the heap"))
        .row("kv-cache#stores/ohc", storeCells("OHC, off-heap"))
        .row("kv-cache#stores/libtorch_map", storeCells("libtorch tensors in a map"));
  }

  private static String[] storeCells(String label) {
    return new String[] {
      label,
      "{acquire/ns|,} ns",
      "{put/ns|0/1000} µs",
      "{append/ns|0/1000} µs",
      "{put/gc_share|%1}",
      "{append/gc_share|%1}"
    };
  }

  private static Table saved() {
    return Table.of(
            "kv-cache-saved", "actions", "prefill", "append 2", "saved of a page's model time")
        .each(
            "kv-cache#by_history",
            "{history}",
            "{prefill_ms|1} ms",
            "{append_ms|1} ms",
            "{saved_share_of_page|%0}");
  }

  private static Table types() {
    Table table =
        Table.of(
            "kv-cache-types", "type", "a user of 512 actions", "prefill", "append 8", "score 200");
    for (String type : List.of("float32", "float16", "int8")) {
      table =
          table.row(
              "kv-cache#types/" + type,
              type,
              "{bytes_per_user|2/1000000} MB",
              "{prefill_ms|q1} ms",
              "{append_ms|q1} ms",
              "{score_ms|q1} ms");
    }
    return table;
  }

  private static Table hitRates() {
    Table table =
        Table.of(
            "kv-cache-hits",
            "traffic",
            "processor, build",
            "requests",
            "hit rate, this cache",
            "LRU",
            "LFU",
            "room for all",
            "saved of the encoding, this cache",
            "LRU",
            "target: at least LRU and LFU (project)");
    for (String file : List.of("kv-cache-xeon", "kv-cache")) {
      table =
          table.each(
              file + "#traffic",
              "{trace}",
              "{/machine/cpu|cpu}, {/git}",
              "{requests|,}",
              "{hit_rate|4}",
              "{hit_rate_lru|4}",
              "{hit_rate_lfu|4}",
              "{hit_rate_of_room_for_all|4}",
              "{saved_share|4}",
              "{saved_share_lru|4}",
              "{hit_rate|>={hit_rate_lru|4} LRU}");
    }
    return table;
  }

  private static Table equalSizes() {
    return Table.of(
            "kv-cache-equal", "traffic", "this cache", "LRU", "Belady, which knows the future")
        .each(
            "kv-cache-xeon#traffic",
            "{trace}",
            "{equal_sizes_hit_rate|4}",
            "{equal_sizes_hit_rate_lru|4}",
            "{equal_sizes_hit_rate_belady|4}");
  }

  private static Table rounding() {
    Table table =
        Table.of(
            "kv-cache-quality",
            "type",
            "data, seeds",
            "NDCG@10 loses (upper bound)",
            "AUC loses (upper bound)",
            "top 10 in common",
            "target for the bound of NDCG@10 (who set it)");
    for (String type : List.of("float16", "int8")) {
      for (String data : List.of("ml-100k", "simulator")) {
        table =
            table.row(
                "kv-cache-quality#quality/" + data,
                type,
                data + ", {seeds}",
                "{T/ndcg10_loss|%2} ({T/ndcg10_loss_bound|%2})".replace("T", type),
                "{T/auc_loss|%2} ({T/auc_loss_bound|%2})".replace("T", type),
                "{T/top10_overlap|%2}".replace("T", type),
                "{T/ndcg10_loss_bound|<=1% project}".replace("T", type));
      }
    }
    return table;
  }
}
