package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import java.util.Arrays;

/**
 * Sizes of a model's files, to be known before it is trained.
 *
 * @param weights of all tensors
 * @param items of the table of item vectors
 */
public record ModelBytes(long weights, long items) {
  private static final double MOST = 1e17;

  public static ModelBytes of(ModelConfig config) {
    double numbers = // a long could overflow where sizes are absurd
        Program.shapes(config).values().stream()
            .mapToDouble(shape -> Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b))
            .sum();
    return new ModelBytes(
        (long) Math.min(Float.BYTES * numbers, MOST),
        (long) Float.BYTES * config.items() * config.itemDim());
  }
}
