package io.unipin.benchmarks.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The times of the sides of a comparison. The sides take turns in each round.
 *
 * <p>Because the sides take turns, a disturbance of the machine affects all sides alike. Each ratio
 * is computed within a round.
 */
public final class Rounds {
  private final Map<String, double[]> seconds;

  private Rounds(Map<String, double[]> seconds) {
    this.seconds = seconds;
  }

  /** Runs each side once as a warm-up and then once per round. Odd rounds use the reverse order. */
  public static Rounds run(int rounds, Map<String, Runnable> sides, LongSupplier nanos) {
    Map<String, double[]> seconds = new LinkedHashMap<>();
    Map<String, Runnable> ordered = new LinkedHashMap<>(sides);
    String[] names = ordered.keySet().toArray(String[]::new);
    ordered.forEach(
        (name, side) -> {
          side.run();
          seconds.put(name, new double[rounds]);
        });
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < names.length; i++) {
        String name = names[round % 2 == 0 ? i : names.length - 1 - i];
        long begin = nanos.getAsLong();
        Objects.requireNonNull(ordered.get(name)).run();
        Objects.requireNonNull(seconds.get(name))[round] = (nanos.getAsLong() - begin) / 1e9;
      }
    }
    return new Rounds(seconds);
  }

  private double[] times(String side) {
    double[] times = seconds.get(side);
    if (times == null) {
      throw new IllegalArgumentException("no side " + side);
    }
    return times;
  }

  public Spread seconds(String side) {
    return Spread.of(times(side));
  }

  /** Returns the time of side {@code slow} divided by the time of side {@code fast}. */
  public Spread ratio(String slow, String fast) {
    double[] above = times(slow);
    double[] below = times(fast);
    double[] ratios = new double[above.length];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = above[round] / below[round];
    }
    return Spread.of(ratios);
  }
}
