package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A distribution of non-negative numbers in a readable notation. Immutable.
 *
 * <p>The notations are {@code 5} (always five), {@code uniform:2:8}, {@code geometric:5} (1, 2, …
 * with mean 5), {@code exponential:2} (mean 2) and {@code lognormal:60:1} (median 60, standard
 * deviation of the logarithm 1).
 */
public record Distribution(String kind, double a, double b) {
  /** The largest count that is drawn, and the largest mean. */
  private static final int HIGHEST_MEAN = 1_000_000;

  public static Distribution parse(String text) {
    String[] parts = text.trim().toLowerCase(Locale.ROOT).split(":", -1);
    try {
      if (parts.length == 1) {
        return checked(text, new Distribution("fixed", Double.parseDouble(parts[0]), 0));
      }
      List<Double> numbers = new ArrayList<>();
      for (int i = 1; i < parts.length; i++) {
        numbers.add(Double.parseDouble(parts[i]));
      }
      int expected = parts[0].equals("uniform") || parts[0].equals("lognormal") ? 2 : 1;
      if (numbers.size() != expected) {
        throw wrong(text);
      }
      double second = expected == 2 ? numbers.get(1) : 0;
      return checked(text, new Distribution(parts[0], numbers.get(0), second));
    } catch (NumberFormatException e) {
      throw wrong(text);
    }
  }

  private static Distribution checked(String text, Distribution d) {
    boolean good =
        Double.isFinite(d.a)
            && Double.isFinite(d.b)
            && switch (d.kind) {
              case "fixed", "exponential" -> d.a >= 0;
              case "geometric" -> d.a >= 1;
              case "uniform" -> d.a >= 0 && d.b >= d.a;
              case "lognormal" -> d.a > 0 && d.b >= 0;
              default -> false;
            };
    if (!good) {
      throw wrong(text);
    }
    if (!(d.mean() <= HIGHEST_MEAN)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a distribution with a mean of at most %,d expected, got %s",
              HIGHEST_MEAN,
              text));
    }
    return d;
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "a distribution such as 5, uniform:2:8, geometric:5, exponential:2 or lognormal:60:1 expected, got "
            + text);
  }

  double sample(RandomGenerator random) {
    return switch (kind) {
      case "uniform" -> a + (b - a) * random.nextDouble();
      case "exponential" -> -a * Math.log1p(-random.nextDouble());
      case "geometric" -> geometric(random);
      case "lognormal" -> a * Math.exp(b * random.nextGaussian());
      default -> a;
    };
  }

  private double geometric(RandomGenerator random) {
    if (a == 1) {
      return 1;
    }
    return 1 + Math.floor(Math.log1p(-random.nextDouble()) / Math.log1p(-1 / a));
  }

  /** Draws a number and rounds it to a whole number that is at least {@code least}. */
  int sampleCount(RandomGenerator random, int least) {
    return (int) Math.max(least, Math.min(HIGHEST_MEAN, Math.round(sample(random))));
  }

  double mean() {
    return switch (kind) {
      case "uniform" -> (a + b) / 2;
      case "lognormal" -> a * Math.exp(b * b / 2);
      default -> a;
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case "fixed" -> String.valueOf(a);
      case "uniform", "lognormal" -> kind + ":" + a + ":" + b;
      default -> kind + ":" + a;
    };
  }
}
