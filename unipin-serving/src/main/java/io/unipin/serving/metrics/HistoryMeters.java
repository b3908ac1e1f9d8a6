package io.unipin.serving.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The metrics of reads from the history store. */
public final class HistoryMeters {
  private HistoryMeters() {}

  /**
   * Numbers of reads since the start, by outcome. A store on the local disk is never unavailable.
   *
   * @param held reads of a history whose current revision the server held in memory
   * @param fetched reads that fetched and decoded a history
   * @param stale reads that got an older history, because the store was unavailable
   * @param missing reads that got an empty history, because the store was unavailable
   * @param refused calls that were refused at once, because earlier calls had found the store
   *     unavailable
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
