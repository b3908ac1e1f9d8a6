package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code docs/results/engine.md}, about the engine that computes a page, and the
 * order in which waiting calls run.
 */
final class EngineTables {
  private static final String RUN = "engine";
  private static final String WITH_AMX = "engine-xeon";

  private EngineTables() {}

  static List<Table> all() {
    return List.of(
        pages("engine-pages", RUN),
        pages("engine-pages-amx", WITH_AMX),
        passes("engine-passes", RUN),
        passes("engine-passes-amx", WITH_AMX),
        order(),
        Table.ofRuns("engine-files", RUN, WITH_AMX));
  }

  private static Table pages(String name, String run) {
    return Table.of(name, "figure", "measured", "target (who set it)")
        .row(
            run,
            "pages per second, native engine ÷ program, float32",
            "{pages_ratio_spread|q2}",
            "{pages_ratio|>=1.4 project}")
        .row(
            run,
            "the same, int8",
            "{pages_ratio_spread_int8|q2}",
            run.equals(RUN) ? "{pages_ratio_int8|>=1.4 project}" : "none")
        .row(
            run,
            "append 8 to 512 ÷ prefill by the native engine, float32",
            "{append_vs_prefill_native|3}",
            "{append_vs_prefill_native|<=0.05 project}")
        .row(run, "the same by the program", "{append_vs_prefill_program|3}", "none");
  }

  private static Table passes(String name, String run) {
    Table table = Table.of(name, "pass", "type", "program", "native engine", "program ÷ native");
    for (String type : List.of("", "_int8")) {
      table =
          table
              .row(run, pass("encode 512 actions", "encode_512", type))
              .row(run, pass("append 8 actions", "append_8", type))
              .row(run, pass("append 2 actions", "append_2", type))
              .row(run, pass("score 200 candidates", "score_200", type))
              .row(run, pass("3 queries", "queries_3", type));
    }
    return table;
  }

  private static String[] pass(String label, String key, String type) {
    return new String[] {
      label,
      type.isEmpty() ? "float32" : "int8",
      "{%s_ms_program%s|2} ms".formatted(key, type),
      "{%s_ms_native%s|2} ms".formatted(key, type),
      "{%s_ratio_spread%s|q2}".formatted(key, type)
    };
  }

  private static Table order() {
    return Table.of(
            "engine-order", "figure", "by arrival", "by cost", "ratio", "target (who set it)")
        .row(
            RUN,
            "p99 of hits",
            "{hits_p99_ms_arrival|0} ms",
            "{hits_p99_ms_cost|0} ms",
            "{hits_p99_ratio|2}; by round {hits_p99_ratio_spread|q2}",
            "{hits_p99_ratio|<=0.5 project}")
        .row(
            RUN,
            "p99 of prefills",
            "{prefill_p99_ms_arrival|0} ms",
            "{prefill_p99_ms_cost|0} ms",
            "{prefill_p99_ratio|2}; by round {prefill_p99_ratio_spread|q2}",
            "{prefill_p99_ratio|<=1.3 project}")
        .row(
            RUN,
            "late calls",
            "{late_arrival}",
            "{late_cost}",
            "{starved} late only by cost",
            "{starved|<=0 project}");
  }
}
