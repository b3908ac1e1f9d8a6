package io.unipin.serving.pipeline.cost;

/**
 * Nanoseconds that work is expected to take.
 *
 * @param typical as most runs of late
 * @param least as the fastest run of the last minutes
 */
public record Cost(double typical, double least) {
  public static final Cost NONE = new Cost(0, 0);

  Cost plus(Cost other) {
    return new Cost(typical + other.typical, least + other.least);
  }

  Cost times(double factor) {
    return new Cost(typical * factor, least * factor);
  }
}
