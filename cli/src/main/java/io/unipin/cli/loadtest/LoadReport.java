package io.unipin.cli.loadtest;

import io.unipin.cli.console.Table;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a run: its steps in the order in which they were played, and the latency bound.
 * {@link #best} finds the highest rate within the bound.
 */
record LoadReport(double p99BoundMs, List<StepResult> steps) {
  LoadReport {
    steps = List.copyOf(steps);
  }

  /** Returns the step with the highest rate that the server sustained. */
  Optional<StepResult> best() {
    return steps.stream()
        .filter(step -> step.keeps(p99BoundMs))
        .max(Comparator.comparingDouble(StepResult::achievedQps));
  }

  List<StepResult> byRate() {
    return steps.stream().sorted(Comparator.comparingDouble(StepResult::offeredQps)).toList();
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("p99_bound_ms", p99BoundMs);
    json.put("max_qps", best().map(StepResult::achievedQps).orElse(0.0));
    json.put("max_qps_p99_ms", best().map(step -> step.latency().p99()).orElse(null));
    json.put("hit_rate", best().map(StepResult::hitRate).orElse(null));
    json.put("steps", steps.stream().map(StepResult::toJson).toList());
    return json;
  }

  void print(PrintWriter out) {
    Table table =
        new Table(
            "offered/s",
            "pages/s",
            "pages",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "p99.9 ms",
            "failed",
            "cached",
            "");
    for (StepResult step : byRate()) {
      StepResult.Latency latency = step.latency();
      table.row(
          number(step.offeredQps()),
          number(step.achievedQps()),
          step.pages(),
          number(latency.p50()),
          number(latency.p90()),
          number(latency.p99()),
          number(latency.p999()),
          step.failed(),
          String.format(Locale.ROOT, "%.0f %%", 100 * step.hitRate()),
          step.keeps(p99BoundMs) ? "kept" : "not kept");
    }
    table.print(out);
    out.println();
    out.println(headline());
  }

  /** Returns the result as one sentence. */
  String headline() {
    return best()
        .map(
            step ->
                String.format(
                    Locale.ROOT,
                    "%s pages per second within a p99 of %s ms (p99 there: %s ms, %.0f %% of states cached)",
                    number(step.achievedQps()),
                    number(p99BoundMs),
                    number(step.latency().p99()),
                    100 * step.hitRate()))
        .orElse("no step stayed within a p99 of " + number(p99BoundMs) + " ms");
  }

  static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
