package io.unipin.evaluate.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NewtonTest {
  private static final double[] FREE = {1e-9, 1e-9};

  @Test
  void minimise_oneConstant_isTheLogitOfTheRate() {
    double[][] rows = new double[40][];
    boolean[] labels = new boolean[40];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {1};
      labels[i] = i < 10;
    }
    double[] found = Newton.minimise(new LogisticLoss(rows, labels), new double[] {1e-9});
    assertThat(found[0]).isCloseTo(Math.log(10.0 / 30), within(1e-6));
  }

  @Test
  void minimise_twoGroups_givesTheLogitOfEachGroup() {
    // In the first group, 2 of 8 labels are positive. In the second group, 9 of 12 are positive.
    double[][] rows = new double[20][];
    boolean[] labels = new boolean[20];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {1, i < 8 ? 0 : 1};
      labels[i] = i < 8 ? i < 2 : i < 17;
    }
    double[] found = Newton.minimise(new LogisticLoss(rows, labels), FREE);
    assertThat(found[0]).isCloseTo(Math.log(2.0 / 6), within(1e-6));
    assertThat(found[0] + found[1]).isCloseTo(Math.log(9.0 / 3), within(1e-6));
  }

  @Test
  void minimise_separableLabels_staysFinite() {
    double[][] rows = {{1, -1}, {1, -2}, {1, 1}, {1, 3}};
    boolean[] labels = {false, false, true, true};
    double[] found = Newton.minimise(new LogisticLoss(rows, labels), new double[] {1, 1});
    assertThat(found[1]).isPositive().isLessThan(3);
    double[] gradient = new double[2];
    new LogisticLoss(rows, labels).derive(found, gradient, new double[2][2]);
    assertThat(gradient[0] + found[0]).isCloseTo(0, within(1e-4));
    assertThat(gradient[1] + found[1]).isCloseTo(0, within(1e-4));
  }

  @Test
  void derive_equalsDifferencesOfValues() {
    Random random = new Random(4);
    double[][] rows = new double[30][3];
    boolean[] labels = new boolean[30];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.doubles(3, -1, 1).toArray();
      labels[i] = random.nextBoolean();
    }
    LossChecks.requireDerivatives(new LogisticLoss(rows, labels), random.doubles(3, -1, 1));
  }

  @Test
  void solve_randomPositiveDefinite_givesTheSolution() {
    Random random = new Random(2);
    int n = 6;
    double[][] root = new double[n][n];
    for (double[] row : root) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    double[][] matrix = new double[n][n];
    double[] x = random.doubles(n, -1, 1).toArray();
    double[] right = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          matrix[i][j] += root[i][k] * root[j][k];
        }
        matrix[i][j] += i == j ? 0.1 : 0;
        right[i] += matrix[i][j] * x[j];
      }
    }
    assertThat(Cholesky.solve(matrix, right)).containsExactly(x, within(1e-8));
    assertThatThrownBy(() -> Cholesky.solve(new double[][] {{0}}, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pivot 0.0 in row 0");
  }

  @Test
  void new_unequalNumbers_isRefused() {
    assertThatThrownBy(() -> new LogisticLoss(new double[2][1], new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 1 and 2");
  }
}
