package io.unipin.counts;

import java.util.List;

/**
 * The inputs that counts give for a candidate. Immutable.
 *
 * @param names one distinct name per input, in the order of the inputs
 */
public record CountFeatures(List<String> names) {
  public CountFeatures {
    names = List.copyOf(names);
  }

  /** Returns the number of inputs of a candidate. */
  public int width() {
    return names.size();
  }
}
