package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import java.util.Arrays;

/**
 * Sizes of a model's files, computed before the model is trained.
 *
 * @param weights number of bytes of all tensors
 * @param items number of bytes of two tables: the item vectors, and the items' rows of the content
 *     path ({@link ModelConfig#contentPath})
 */
public record ModelBytes(long weights, long items) {
  private static final double MOST = 1e17;

  public static ModelBytes of(ModelConfig config) {
    double numbers = // a long could overflow at absurd sizes
        Program.shapes(config).values().stream()
            .mapToDouble(shape -> Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b))
            .sum();
    return new ModelBytes(
        (long) Math.min(Float.BYTES * numbers, MOST),
        (long) Float.BYTES * config.items() * (config.itemDim() + config.contentPath()));
  }
}
