package io.unipin.benchmarks.measure;

import io.unipin.model.features.ModelConfig;

/**
 * Counts the floating point operations of the matrix products of a pass. A multiplication and an
 * addition count as two operations.
 *
 * <p>Let d be the width, w the width of keys, and f the width of the feed-forward part. A token
 * costs {@code 2 d (2 d + 2 w + 2 f)} per layer outside attention, and {@code 4 d} for each key
 * that it attends to. Causal attention over n tokens reads n (n + 1) / 2 keys.
 */
public final class Flops {
  private final ModelConfig config;

  public Flops(ModelConfig config) {
    this.config = config;
  }

  private double keysAndValues() {
    return 2.0 * config.width() * 2 * config.kvHeads() * config.headDim();
  }

  private double layer() {
    double d = config.width();
    return keysAndValues() + 2 * d * (2 * d + 2.0 * config.feedForward());
  }

  private double attention(double pairs) {
    return 4.0 * config.width() * pairs;
  }

  /**
   * Returns the number of operations of a causal pass over n tokens. The pass writes the keys and
   * values of all layers, and computes all layers for all tokens.
   */
  public double encodeAllLayers(int n) {
    return config.layers() * (n * layer() + attention(0.5 * n * (n + 1)));
  }

  /**
   * Returns the number of operations of a causal pass over n tokens. In the last layer, keys and
   * values are computed for all tokens, and everything else only for the last token.
   */
  public double encode(int n) {
    double inner = (config.layers() - 1) * (n * layer() + attention(0.5 * n * (n + 1)));
    return inner + n * keysAndValues() + (layer() - keysAndValues()) + attention(n);
  }

  /**
   * Returns the number of operations to score k candidates against the keys and values of n tokens.
   */
  public double score(int n, int k) {
    return config.layers() * (k * layer() + attention((double) k * (n + 1)));
  }

  /**
   * Returns the number of operations of one dense pass over n tokens and k candidates. Such a pass
   * computes the whole (n + k) x (n + k) attention and masks it.
   */
  public double dense(int n, int k) {
    double rows = n + k;
    return config.layers() * (rows * layer() + attention(rows * rows));
  }
}
