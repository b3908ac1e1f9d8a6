package io.unipin.evaluate;

/**
 * Calibrates one action's probabilities by the map {@code logit(p) -> a logit(p) + b} with
 * {@code a > 0}. The map is strictly increasing, so the order of candidates stays the same.
 *
 * <p>Newton's method with a line search minimises the cross-entropy against smoothed targets
 * {@code (n+ + 1) / (n+ + 2)} and {@code 1 / (n- + 2)}. Sources: Platt 1999; Lin, Lin and Weng, "A
 * note on Platt's probabilistic outputs", 2007.
 */
public final class PlattScaling {
  private static final double LARGEST_LOGIT = 16;
  private static final int MOST_STEPS = 100;
  private static final double RIDGE = 1e-9;
  private static final double SMALLEST_SLOPE = 0.05;

  private final double[] logits;
  private final double[] targets;

  private PlattScaling(double[] logits, double[] targets) {
    this.logits = logits;
    this.targets = targets;
  }

  /**
   * Returns the scale and shift (a, b) that fit a sample. A sample without both classes gives (1,
   * 0). If positives have lower probabilities than negatives, a is 0.05, which is the lower bound
   * of a.
   */
  public static float[] fit(float[] probabilities, boolean[] labels) {
    if (probabilities.length != labels.length) {
      throw new IllegalArgumentException(
          "as many labels as probabilities expected, got %s and %s"
              .formatted(labels.length, probabilities.length));
    }
    long positives = BinaryMetrics.positives(labels);
    long negatives = labels.length - positives;
    if (positives == 0 || negatives == 0) {
      return new float[] {1, 0};
    }
    double[] logits = new double[labels.length];
    double[] targets = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      logits[i] = logit(probabilities[i]);
      targets[i] = labels[i] ? (positives + 1.0) / (positives + 2.0) : 1.0 / (negatives + 2.0);
    }
    PlattScaling scaling = new PlattScaling(logits, targets);
    double[] fitted = scaling.newton(1, true);
    if (fitted[0] < SMALLEST_SLOPE) {
      fitted = scaling.newton(SMALLEST_SLOPE, false);
    }
    return new float[] {(float) fitted[0], (float) fitted[1]};
  }

  /** Applies the map with scale a and shift b to probabilities. Returns the results. */
  public static float[] scaled(float[] probabilities, float a, float b) {
    float[] scaled = new float[probabilities.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) sigmoid(a * logit(probabilities[i]) + b);
    }
    return scaled;
  }

  private double[] newton(double initialSlope, boolean slope) {
    double a = initialSlope;
    double b = 0;
    double loss = loss(a, b);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] direction = direction(a, b, slope);
      double size = 1;
      double next = loss(a + direction[0], b + direction[1]);
      while (next > loss && size > 1e-10) {
        size /= 2;
        next = loss(a + size * direction[0], b + size * direction[1]);
      }
      if (next > loss) {
        break;
      }
      a += size * direction[0];
      b += size * direction[1];
      double gain = loss - next;
      loss = next;
      if (gain < 1e-12 * logits.length) {
        break;
      }
    }
    return new double[] {a, b};
  }

  /** Returns the Newton step at (a, b). If {@code slope} is false, the step changes only b. */
  private double[] direction(double a, double b, boolean slope) {
    double gradientA = 0;
    double gradientB = 0;
    double aa = RIDGE;
    double ab = 0;
    double bb = RIDGE;
    for (int i = 0; i < logits.length; i++) {
      double p = sigmoid(a * logits[i] + b);
      double excess = p - targets[i];
      double weight = p * (1 - p);
      gradientA += excess * logits[i];
      gradientB += excess;
      aa += weight * logits[i] * logits[i];
      ab += weight * logits[i];
      bb += weight;
    }
    double determinant = aa * bb - ab * ab;
    if (!slope || determinant < RIDGE * RIDGE) {
      return new double[] {0, -gradientB / bb};
    }
    return new double[] {
      -(bb * gradientA - ab * gradientB) / determinant,
      -(aa * gradientB - ab * gradientA) / determinant
    };
  }

  private double loss(double a, double b) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double x = a * logits[i] + b;
      sum += Math.max(x, 0) - x * targets[i] + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return sum;
  }

  private static double logit(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("a probability expected, got " + p);
    }
    return Math.min(Math.max(Math.log(p) - Math.log1p(-p), -LARGEST_LOGIT), LARGEST_LOGIT);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
