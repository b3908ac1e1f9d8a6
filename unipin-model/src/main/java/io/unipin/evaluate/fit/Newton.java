package io.unipin.evaluate.fit;

/**
 * Minimises a convex function of a few weights by Newton's method with a line search.
 *
 * <p>A ridge, {@code ridge / 2} times the sum of the squared weights, is added to the function. It
 * makes the minimum unique and finite, even if the data would drive a weight to infinity.
 */
public final class Newton {
  private static final int MOST_STEPS = 100;
  private static final double SMALLEST_STEP = 1e-10;
  private static final double SMALLEST_GAIN = 1e-10;

  private final Loss loss;
  private final double[] ridge;

  private Newton(Loss loss, double[] ridge) {
    this.loss = loss;
    this.ridge = ridge;
  }

  /**
   * Returns the weights (size) at the minimum.
   *
   * @param ridge (size) strength of each weight's ridge, above 0
   */
  public static double[] minimise(Loss loss, double[] ridge) {
    return new Newton(loss, ridge).minimum();
  }

  private double[] minimum() {
    double[] weights = new double[loss.size()];
    double value = at(weights);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] direction = direction(weights);
      double size = 1;
      double[] moved = moved(weights, direction, size);
      double next = at(moved);
      while (!(next <= value) && size > SMALLEST_STEP) {
        size /= 2;
        moved = moved(weights, direction, size);
        next = at(moved);
      }
      if (!(next <= value)) {
        break;
      }
      double gain = value - next;
      weights = moved;
      value = next;
      if (gain <= SMALLEST_GAIN * (1 + Math.abs(value))) {
        break;
      }
    }
    return weights;
  }

  private double at(double[] weights) {
    double value = loss.at(weights);
    for (int i = 0; i < weights.length; i++) {
      value += ridge[i] / 2 * weights[i] * weights[i];
    }
    return value;
  }

  private static double[] moved(double[] weights, double[] direction, double size) {
    double[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += size * direction[i];
    }
    return moved;
  }

  private double[] direction(double[] weights) {
    int size = weights.length;
    double[] gradient = new double[size];
    double[][] curvature = new double[size][size];
    loss.derive(weights, gradient, curvature);
    for (int i = 0; i < size; i++) {
      gradient[i] = -(gradient[i] + ridge[i] * weights[i]);
      curvature[i][i] += ridge[i];
    }
    return Cholesky.solve(curvature, gradient);
  }
}
