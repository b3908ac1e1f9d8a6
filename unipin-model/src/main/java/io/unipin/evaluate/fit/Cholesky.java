package io.unipin.evaluate.fit;

/** Solves linear equations whose matrix is symmetric and positive definite. */
final class Cholesky {
  private Cholesky() {}

  /**
   * Returns x with {@code matrix x = right}.
   *
   * @param matrix (n, n); the lower triangle is read and overwritten
   * @param right (n) right-hand side of the equations
   * @throws IllegalArgumentException if the matrix is not positive definite
   */
  static double[] solve(double[][] matrix, double[] right) {
    int n = right.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; k++) {
          sum -= matrix[i][k] * matrix[j][k];
        }
        if (i == j) {
          if (!(sum > 0)) {
            throw new IllegalArgumentException(
                "a positive definite matrix expected, got pivot %s in row %s".formatted(sum, i));
          }
          matrix[i][i] = Math.sqrt(sum);
        } else {
          matrix[i][j] = sum / matrix[j][j];
        }
      }
    }
    double[] x = right.clone();
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= matrix[i][k] * x[k];
      }
      x[i] /= matrix[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        x[i] -= matrix[k][i] * x[k];
      }
      x[i] /= matrix[i][i];
    }
    return x;
  }
}
