package io.unipin.benchmarks.measure;

import io.unipin.model.features.ModelConfig;

/**
 * Floating point operations of the matrix products of a pass; a multiplication and an addition are two.
 *
 * <p>With d the width, w the width of keys, f that of the feed-forward part, a token costs {@code 2 d (2 d + 2 w + 2 f)} per
 * layer outside attention, and {@code 4 d} per key that it attends to. Causal attention over n tokens reads n (n + 1) / 2 keys.
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

  /** A causal pass over n tokens that leaves KV of every layer; all layers are computed for all tokens. */
  public double encodeAllLayers(int n) {
    return config.layers() * (n * layer() + attention(0.5 * n * (n + 1)));
  }

  /** The same, but of the last layer all but keys and values is computed for the last token only. */
  public double encode(int n) {
    double inner = (config.layers() - 1) * (n * layer() + attention(0.5 * n * (n + 1)));
    return inner + n * keysAndValues() + (layer() - keysAndValues()) + attention(n);
  }

  /** k candidates against the KV of n tokens. */
  public double score(int n, int k) {
    return config.layers() * (k * layer() + attention((double) k * (n + 1)));
  }

  /** One pass over n tokens and k candidates that computes the whole (n + k) x (n + k) attention and masks it. */
  public double dense(int n, int k) {
    double rows = n + k;
    return config.layers() * (rows * layer() + attention(rows * rows));
  }
}
