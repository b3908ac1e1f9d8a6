package io.unipin.benchmarks.report;

import java.util.List;

/**
 * The tables of {@code overload.md}, {@code pauses.md}, {@code erasure.md}, {@code swap.md} and
 * {@code soak.md} in {@code docs/results}, which measure a whole server.
 */
final class ServiceTables {
  private static final String[] HEADS = {"figure", "measured", "target (who set it)"};

  private ServiceTables() {}

  static List<Table> all() {
    return List.of(
        overload(),
        hurried(),
        Table.ofRuns("overload-files", "overload"),
        pauses(),
        Table.ofRuns("pauses-files", "pauses-quick"),
        erasure(),
        Table.ofRuns("erasure-files", "erasure-quick"),
        swap(),
        Table.ofRuns("swap-files", "swap"),
        soak(),
        Table.ofRuns("soak-files", "soak"));
  }

  private static Table overload() {
    return Table.of("overload", "figure", "median", "rounds", "target (who set it)")
        .row(
            "overload",
            "goodput at 300 % ÷ peak",
            "{goodput_at_300pct|3}",
            "{rounds/*/goodput_at_300pct|3}",
            "{goodput_at_300pct|>=0.90 project}")
        .row(
            "overload",
            "refusals: p99 in the server, bound of its bucket",
            "{refusal_p99_ms|0} ms",
            "{rounds/*/refusal_p99_ms|0}",
            "{refusal_p99_ms|<=5 project}")
        .row(
            "overload",
            "at 80 %: p99 ÷ p50",
            "{p99_over_p50_at_80pct|1}",
            "{rounds/*/p99_over_p50_at_80pct|1}",
            "{p99_over_p50_at_80pct|<=5 project}")
        .row(
            "overload",
            "at 80 %: refused, all rounds",
            "{refused_at_80pct|0}",
            "{rounds/*/refused_at_80pct|0}",
            "{refused_at_80pct|<=0 project}")
        .row(
            "overload",
            "seconds until the page times are normal after the burst",
            "{recovery_s|1}",
            "{rounds/*/recovery_s|1}",
            "{recovery_s|<=5 project}")
        .row(
            "overload",
            "pages that came more than 5 ms after their deadline",
            "{late_answers|0}",
            "",
            "{late_answers|<=0 project}")
        .row(
            "overload",
            "peaks, pages per second",
            "",
            "{rounds/0/peaks_pages_per_second|0}; {rounds/1/peaks_pages_per_second|0};"
                + " {rounds/2/peaks_pages_per_second|0}",
            "none");
  }

  private static Table hurried() {
    return Table.of("overload-hurried", "calls with deadlines of 1 to 50 ms", "count")
        .row("overload#hurried", "all", "{calls|,}")
        .row("overload#hurried", "answered", "{answered|,}")
        .row("overload#hurried", "of these, with a named degradation", "{degraded|,}")
        .row("overload#hurried", "ended as DEADLINE_EXCEEDED", "{failures/deadline_exceeded|,}")
        .row("overload#hurried", "refused as RESOURCE_EXHAUSTED", "{failures/resource_exhausted|,}")
        .row("overload", "whose caller saw the end more than 5 ms late", "{late_ends|0}");
  }

  private static Table pauses() {
    return Table.of(
            "pauses",
            "disturbance",
            "deadline",
            "users",
            "pages",
            "whole again after",
            "degraded or refused after that",
            "target for whole again (who set it)")
        .each(
            "pauses-quick#scenarios",
            "{disturbance}",
            "{deadline_ms} ms",
            "{users}",
            "{pages}",
            "{whole_again_s|1} s",
            "{degraded_or_refused_after}",
            "{whole_again_s|<=5 project}");
  }

  private static Table erasure() {
    return Table.of("erasure", HEADS)
        .row(
            "erasure-quick",
            "an erasure, median",
            "{erase_p50_ms|0} ms",
            "{erase_p50_ms|<=200 project}")
        .row("erasure-quick", "an erasure, 99th percentile", "{erase_p99_ms|,} ms", "none")
        .row(
            "erasure-quick",
            "pages' 99th percentile beside erasures ÷ without",
            "{page_p99_ratio_while_erasing|2}",
            "{page_p99_ratio_while_erasing|<=1.5 project}")
        .row(
            "erasure-quick",
            "bytes left that name an erased user",
            "{bytes_left}",
            "{bytes_left|<=0 project}")
        .row(
            "erasure-quick",
            "erasures, pages, failures of either",
            "{erasures}, {pages|,}, {erasures_failed} and {pages_failed}",
            "none");
  }

  private static Table swap() {
    return Table.of("swap", HEADS)
        .row("swap", "swaps", "{swaps}", "none")
        .row(
            "swap",
            "pages of the one bundle, of the other",
            "{answers/one|,}, {answers/two|,}",
            "none")
        .row("swap", "failed pages", "{failed}", "{failed|<=0 project}")
        .row("swap", "mixed answers", "{mixed_answers}", "{mixed_answers|<=0 project}")
        .row(
            "swap",
            "resident memory after the last swap ÷ after the tenth",
            "{rss_ratio|3}",
            "{rss_ratio|<=1.02 project}")
        .row("swap", "resident memory, all swaps", "{rss_mib|r,} MiB", "none")
        .row("swap", "leases left", "{leases_left|0}", "{leases_left|<=0 project}");
  }

  private static Table soak() {
    return Table.of("soak", HEADS)
        .row("soak", "minutes", "{minutes|0}", "none")
        .row("soak", "load, pages per second", "{/settings/pages_per_second|1}", "none")
        .row(
            "soak",
            "growth of resident memory from minute {slope_from_minute|0} on",
            "{rss_slope_mib_per_minute|1} MiB a minute",
            "{rss_slope_mib_per_minute|<=1 project}")
        .row(
            "soak",
            "resident memory at minutes 16, 24, 36, 48 and 60",
            "{rss/96/mib|,}, {rss/144/mib|,}, {rss/216/mib|,}, {rss/288/mib|,}, {rss/360/mib|,}"
                + " MiB",
            "none")
        .row(
            "soak",
            "leases left, leased bytes left",
            "{leases_left|0}, {leased_bytes_left|0}",
            "{leased_bytes_left|<=0 project}")
        .row("soak", "pages", "{pages|,}", "none")
        .row("soak", "refused", "{failures/resource_exhausted|,}", "none")
        .row("soak", "actions recorded", "{actions_recorded|,}", "none")
        .row(
            "soak",
            "latency: p50, p90, p99",
            "{latency/p50_ms|0}, {latency/p90_ms|0}, {latency/p99_ms|0} ms",
            "none");
  }
}
