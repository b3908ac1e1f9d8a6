package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Sizes of a model's files, computed before the model is trained.
 *
 * @param weights number of bytes of all tensors
 * @param items number of bytes of two tables: the item vectors, and the items' rows of the content
 *     path ({@link ModelConfig#contentPath})
 */
public record ModelBytes(long weights, long items) {
  private static final double MOST = 1e17;

  /** The most bytes of one tensor, because the size of a buffer is an int. */
  private static final long MOST_OF_A_TENSOR = Integer.MAX_VALUE;

  public static ModelBytes of(ModelConfig config) {
    double numbers = // a long could overflow at absurd sizes
        Program.shapes(config).values().stream()
            .mapToDouble(shape -> Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b))
            .sum();
    return new ModelBytes(
        (long) Math.min(Float.BYTES * numbers, MOST),
        (long) Float.BYTES * config.items() * (config.itemDim() + config.contentPath()));
  }

  /**
   * Refuses a configuration with a tensor that does not fit into one buffer of memory.
   *
   * @throws IllegalArgumentException if a tensor is too large; the message names it
   */
  public static void requireFits(ModelConfig config) {
    long rows = config.items() + 1L;
    requireFits("the items' embeddings", rows, config.itemDim());
    requireFits("the items' content", rows, config.contentDim());
    requireFits("the items' rows of the content path", rows, config.contentPath());
    Program.shapes(config).forEach((name, shape) -> requireFits("the tensor " + name, shape));
  }

  private static void requireFits(String name, long... shape) {
    double bytes = Arrays.stream(shape).asDoubleStream().reduce(Float.BYTES, (a, b) -> a * b);
    if (bytes > MOST_OF_A_TENSOR) {
      String product =
          Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(" × "));
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "at most %s bytes expected for %s, got %s × %s = %.0f",
              MOST_OF_A_TENSOR,
              name,
              product,
              Float.BYTES,
              bytes));
    }
  }
}
