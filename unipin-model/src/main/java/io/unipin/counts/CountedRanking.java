package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Tables of counts together with the weights that belong to them. Ranking with counts needs nothing
 * else. Immutable, hence thread-safe.
 */
public final class CountedRanking {
  /** Name of the folder of counts in a model's folder. */
  public static final String FOLDER = "counts";

  /** Names of the files in a folder of counts. */
  public static final List<String> FILES =
      List.of(CountManifest.NAME, CountFile.NAME, CountWeights.FILE);

  private final CountTables tables;
  private final CountWeights weights;
  private final CountInputs inputs;

  /**
   * Combines tables and weights.
   *
   * @throws CountsException if the weights are not for the inputs of these tables
   */
  public CountedRanking(CountTables tables, CountWeights weights) {
    if (!weights.features().equals(tables.features())) {
      throw new CountsException(
          "%s: weights of the tables' features %s expected, got %s"
              .formatted(CountWeights.FILE, tables.features().names(), weights.features().names()));
    }
    if (!weights.actions().equals(tables.layout().actions())) {
      throw new CountsException(
          "%s: weights of the tables' actions %s expected, got %s"
              .formatted(CountWeights.FILE, tables.layout().actions(), weights.actions()));
    }
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
    CountedRanking ranking =
        new CountedRanking(CountTables.read(folder), CountWeights.read(folder));
    ranking.requireFits(actions, surfaces, catalogue);
    return ranking;
  }

  /**
   * Refuses a model or a bundle to which these counts do not belong.
   *
   * @throws CountsException if actions, surfaces or items differ
   */
  public void requireFits(List<String> actions, List<String> surfaces, Catalogue catalogue) {
    CountLayout layout = tables.layout();
    require("the actions " + actions, layout.actions(), layout.actions().equals(actions));
    require("the surfaces " + surfaces, layout.surfaces(), layout.surfaces().equals(surfaces));
    require(
        "the " + catalogue.size() + " items of the bundle",
        layout.items() + " items",
        layout.catalogue().equals(Checksum.of(catalogue)));
  }

  private static void require(String expected, Object got, boolean holds) {
    if (!holds) {
      throw new CountsException("counts of %s expected, got counts of %s".formatted(expected, got));
    }
  }

  /**
   * Returns a ranking with newer tables and the same weights.
   *
   * @throws CountsException if the tables have other features
   */
  public CountedRanking with(CountTables newer) {
    return new CountedRanking(newer, weights);
  }

  /** Reads the counts in a model's folder; empty if the model has no counts. */
  public static Optional<CountedRanking> find(
      Path model, List<String> actions, List<String> surfaces, Catalogue catalogue) {
    return isIn(model)
        ? Optional.of(read(model.resolve(FOLDER), actions, surfaces, catalogue))
        : Optional.empty();
  }

  /** Whether a model's folder has counts. */
  public static boolean isIn(Path model) {
    return Files.isDirectory(model.resolve(FOLDER), LinkOption.NOFOLLOW_LINKS);
  }

  /** Writes a folder of counts. The folder is created if it does not exist. */
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
