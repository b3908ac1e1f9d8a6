package io.unipin.evaluate.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;

/** Compares the derivatives of a loss with differences of its values. */
public final class LossChecks {
  private static final double STEP = 1e-4;

  private LossChecks() {}

  /** Fails unless the first and second derivatives are those of the loss at the given weights. */
  public static void requireDerivatives(Loss loss, DoubleStream at) {
    double[] weights = at.toArray();
    int size = loss.size();
    double[] gradient = new double[size];
    double[][] curvature = new double[size][size];
    loss.derive(weights, gradient, curvature);
    for (int a = 0; a < size; a++) {
      assertThat(gradient[a])
          .isCloseTo(
              (loss.at(moved(weights, a, STEP)) - loss.at(moved(weights, a, -STEP))) / (2 * STEP),
              within(1e-4));
      double[] up = new double[size];
      double[] down = new double[size];
      loss.derive(moved(weights, a, STEP), up, new double[size][size]);
      loss.derive(moved(weights, a, -STEP), down, new double[size][size]);
      for (int b = 0; b <= a; b++) {
        assertThat(curvature[a][b]).isCloseTo((up[b] - down[b]) / (2 * STEP), within(1e-4));
      }
    }
  }

  private static double[] moved(double[] weights, int at, double step) {
    double[] moved = weights.clone();
    moved[at] += step;
    return moved;
  }
}
