package io.unipin.cli.demo;

import io.unipin.cli.console.Table;
import io.unipin.cli.server.SlateText;
import java.util.Locale;

/** Prints the figures of a burst as tables. */
final class BurstText {
  private BurstText() {}

  static Table summary(BurstResult burst) {
    return new Table("requests", "per second", "p50", "p99")
        .row(
            String.format(Locale.ROOT, "%,d", burst.requests()),
            number(burst.qps()),
            number(burst.p50Ms()) + " ms",
            number(burst.p99Ms()) + " ms");
  }

  static Table cache(BurstResult burst) {
    Table table = new Table("cache", "requests", "share");
    burst
        .cache()
        .forEach(
            (outcome, count) ->
                table.row(
                    outcome,
                    String.format(Locale.ROOT, "%,d", count),
                    number(100.0 * count / burst.requests()) + " %"));
    return table;
  }

  static Table stages(BurstResult burst) {
    Table table = new Table("stage", "mean");
    SlateText.ordered(burst.stagesMs())
        .forEach(
            stage ->
                table.row(stage.getKey(), String.format(Locale.ROOT, "%.2f ms", stage.getValue())));
    return table;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }
}
