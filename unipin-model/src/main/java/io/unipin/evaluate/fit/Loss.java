package io.unipin.evaluate.fit;

/** A convex function of a few weights, which {@link Newton} minimises. */
public interface Loss {
  /** Returns the number of weights. */
  int size();

  /** Returns the value at the given weights. */
  double at(double[] weights);

  /**
   * Adds first and second derivatives at the given weights.
   *
   * @param gradient (size) sum of first derivatives
   * @param curvature (size, size) sum of second derivatives
   */
  void derive(double[] weights, double[] gradient, double[][] curvature);
}
