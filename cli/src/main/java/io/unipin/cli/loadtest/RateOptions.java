package io.unipin.cli.loadtest;

import io.unipin.cli.check.CheckException;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say at which rates a load test plays. */
final class RateOptions {
  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "QPS",
      description = "Rates to play, in pages per second. Default: search for the highest rate.")
  private @Nullable List<Double> rates;

  @Option(
      names = "--start",
      defaultValue = "5",
      paramLabel = "QPS",
      description = "First rate of the search. Default: ${DEFAULT-VALUE}.")
  private double start;

  @Option(
      names = "--growth",
      defaultValue = "1.6",
      paramLabel = "X",
      description = "Factor between rates of the search. Default: ${DEFAULT-VALUE}.")
  private double growth;

  @Option(
      names = "--refine",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Number of steps between the highest rate that the server sustained and the lowest rate"
              + " that it did not. Default: ${DEFAULT-VALUE}.")
  private int refine;

  /** Plays steps. */
  interface Player {
    /** Plays one step at a rate in pages per second. */
    StepResult step(double rate);
  }

  /** Refuses rates that can't be played. */
  void check() {
    try {
      new SaturationSearch(start, growth, refine);
    } catch (IllegalArgumentException e) {
      throw new CheckException(String.valueOf(e.getMessage()), e);
    }
    for (double rate : rates == null ? List.<Double>of() : rates) {
      if (!(rate > 0 && Double.isFinite(rate))) {
        throw new CheckException("--steps: positive rates expected, got " + rate);
      }
    }
  }

  /**
   * Plays all steps.
   *
   * @param p99BoundMs the search raises the rate while p99 keeps this bound
   */
  void play(Player player, double p99BoundMs) {
    if (rates != null) {
      for (double rate : rates) {
        player.step(rate);
      }
      return;
    }
    SaturationSearch search = new SaturationSearch(start, growth, refine);
    for (OptionalDouble next = search.next(); next.isPresent(); next = search.next()) {
      StepResult result = player.step(next.getAsDouble());
      search.tried(next.getAsDouble(), result.keeps(p99BoundMs));
    }
  }
}
