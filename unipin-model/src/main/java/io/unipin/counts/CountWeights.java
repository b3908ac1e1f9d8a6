package io.unipin.counts;

import java.nio.file.Path;

/**
 * The weights by which counts change a model's probabilities: for each action {@code p' = sigmoid(m
 * logit(p) + b + w . x)}, where x are the inputs of the candidate. The file {@code counts.json}
 * stores them. Immutable.
 */
public final class CountWeights {
  /** Name of the file in a folder of counts. */
  public static final String FILE = "counts.json";

  private CountWeights() {}

  /**
   * Reads the weights in a folder.
   *
   * @throws CountsException if the file is missing or broken, or its version is unknown
   */
  public static CountWeights read(Path folder) {
    throw new CountsException("not written yet: " + folder);
  }

  /** Writes the weights into a folder. */
  public void write(Path folder) {
    throw new CountsException("not written yet: " + folder);
  }

  /**
   * Changes probabilities in place.
   *
   * @param probabilities (candidates, actions), row major
   * @param inputs (candidates, width), row major
   */
  public void apply(float[] probabilities, float[] inputs, int candidates) {
    throw new CountsException(
        "not written yet: " + probabilities.length + inputs.length + candidates);
  }
}
