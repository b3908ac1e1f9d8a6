package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The metrics of reads from the history store. */
public final class HistoryMeters {
  private HistoryMeters() {}

  /**
   * Numbers of reads since the start, by outcome. A store on the local disk is never away.
   *
   * @param held the server held the present history
   * @param fetched the history was read and decoded
   * @param stale the store was away, and the server held an older history
   * @param missing the store was away, and the page was made as for an unknown user
   * @param refused calls that were refused at once, since the store was away
   */
  public record Figures(long held, long fetched, long stale, long missing, long refused) {}

  static void register(HeldCounters counters, Supplier<Figures> figures) {
    reads(counters, "held", figures, Figures::held);
    reads(counters, "fetched", figures, Figures::fetched);
    reads(counters, "stale", figures, Figures::stale);
    reads(counters, "missing", figures, Figures::missing);
    reads(counters, "refused", figures, Figures::refused);
  }

  private static void reads(
      HeldCounters counters,
      String outcome,
      Supplier<Figures> figures,
      ToLongFunction<Figures> value) {
    counters.add(
        "unipin.history.reads",
        "Reads of histories, by outcome",
        Tags.of("outcome", outcome),
        () -> value.applyAsLong(figures.get()));
  }
}
