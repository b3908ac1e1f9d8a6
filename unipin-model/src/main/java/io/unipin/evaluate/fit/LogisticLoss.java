package io.unipin.evaluate.fit;

/**
 * The negative log-likelihood of labels under logistic regression, in nats: {@code logit p = o + w
 * . x}. The offset o of an example is given, and is 0 by default.
 */
public final class LogisticLoss implements Loss {
  private final double[][] rows;
  private final boolean[] labels;
  private final double[] offsets;

  /**
   * Creates the loss. The arrays are not copied.
   *
   * @param rows (examples, size) inputs of each example
   * @param labels (examples) whether each example is positive
   */
  public LogisticLoss(double[][] rows, boolean[] labels) {
    this(rows, labels, new double[rows.length]);
  }

  /**
   * Creates the loss. The arrays are not copied.
   *
   * @param rows (examples, size) inputs of each example
   * @param labels (examples) whether each example is positive
   * @param offsets (examples) part of each logit that does not depend on the weights
   */
  public LogisticLoss(double[][] rows, boolean[] labels, double[] offsets) {
    if (rows.length == 0 || rows.length != labels.length) {
      throw new IllegalArgumentException(
          "as many labels as examples expected, and at least one, got %s and %s"
              .formatted(labels.length, rows.length));
    }
    if (rows.length != offsets.length) {
      throw new IllegalArgumentException(
          "offsets of %s examples expected, got %s".formatted(rows.length, offsets.length));
    }
    this.rows = rows;
    this.labels = labels;
    this.offsets = offsets;
  }

  @Override
  public int size() {
    return rows[0].length;
  }

  @Override
  public double at(double[] weights) {
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      double x = offsets[i] + dot(weights, rows[i]);
      sum += Math.max(x, 0) - (labels[i] ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return sum;
  }

  @Override
  public void derive(double[] weights, double[] gradient, double[][] curvature) {
    for (int i = 0; i < rows.length; i++) {
      double[] row = rows[i];
      double p = 1 / (1 + Math.exp(-offsets[i] - dot(weights, row)));
      double excess = p - (labels[i] ? 1 : 0);
      for (int a = 0; a < row.length; a++) {
        gradient[a] += excess * row[a];
        for (int b = 0; b <= a; b++) {
          curvature[a][b] += p * (1 - p) * row[a] * row[b];
        }
      }
    }
  }

  private static double dot(double[] weights, double[] row) {
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      sum += weights[i] * row[i];
    }
    return sum;
  }
}
