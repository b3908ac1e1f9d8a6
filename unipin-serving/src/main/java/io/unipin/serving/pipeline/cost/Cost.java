package io.unipin.serving.pipeline.cost;

/**
 * The expected time of work in nanoseconds.
 *
 * @param typical median time of the newest runs
 * @param least time of the fastest run in the last minutes
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
