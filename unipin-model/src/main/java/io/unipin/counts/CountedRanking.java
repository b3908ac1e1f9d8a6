package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Tables of counts together with the weights that belong to them. This is all that ranking with
 * counts needs. Immutable, hence thread-safe.
 */
public final class CountedRanking {
  /** Name of the folder of counts in a model's folder. */
  public static final String FOLDER = "counts";

  /** Names of the files in a folder of counts. */
  public static final List<String> FILES = List.of("manifest.json", "tables.bin", CountWeights.FILE);

  private final CountTables tables;
  private final CountWeights weights;
  private final CountInputs inputs;

  /**
   * Combines tables and weights.
   *
   * @throws CountsException if the weights are not for the inputs of these tables
   */
  public CountedRanking(CountTables tables, CountWeights weights) {
    this.tables = tables;
    this.weights = weights;
    this.inputs = new CountInputs(tables);
  }

  /**
   * Reads a folder of counts.
   *
   * @param actions names of the model's action types, in the order of its probabilities
   * @param surfaces names of the model's surfaces, in their order
   * @param catalogue the catalogue of the bundle
   * @throws CountsException if the folder is broken, or not for such a model
   */
  public static CountedRanking read(
      Path folder, List<String> actions, List<String> surfaces, Catalogue catalogue) {
    throw new CountsException("not written yet: " + folder + actions + surfaces + catalogue);
  }

  /** Reads the counts in a model's folder; empty if the model has no counts. */
  public static Optional<CountedRanking> find(
      Path model, List<String> actions, List<String> surfaces, Catalogue catalogue) {
    Path folder = model.resolve(FOLDER);
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(read(folder, actions, surfaces, catalogue))
        : Optional.empty();
  }

  /** Writes a folder of counts. */
  public void write(Path folder) {
    tables.write(folder);
    weights.write(folder);
  }

  /**
   * Changes the probabilities of candidates in place.
   *
   * @param items (candidates) rows of the catalogue
   * @param probabilities (candidates, actions), row major
   */
  public void apply(CountQuery query, int[] items, float[] probabilities) {
    float[] x = new float[items.length * tables.features().width()];
    inputs.fill(query, items, x);
    weights.apply(probabilities, x, items.length);
  }

  public CountTables tables() {
    return tables;
  }

  public CountWeights weights() {
    return weights;
  }

  public CountInputs inputs() {
    return inputs;
  }
}
