package io.unipin.prerank;

import io.unipin.model.features.ModelException;
import io.unipin.model.features.ModelJson;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The weights of a {@link PreRank}, which training fitted to its validation split. This record also
 * holds how good the weights were on this split. The file {@code prerank.json} in a model's folder
 * stores the record. Immutable.
 *
 * @param version version of the file, {@link #VERSION}
 * @param similarity weight of the dot product of query and item
 * @param features the features and their weights
 * @param targets number of validation targets that were among the candidates
 * @param pool largest number of candidates among which the targets were sought
 * @param kept number of these candidates that were kept
 * @param keptByRetrieval share of the targets that were kept in the order of retrieval
 * @param keptByWeights share of the targets that were kept by these weights, where the weights for
 *     one half of the users are fitted on the other half
 */
public record FittedPreRank(
    int version,
    float similarity,
    List<Feature> features,
    int targets,
    int pool,
    int kept,
    double keptByRetrieval,
    double keptByWeights) {
  /** Name of the file in a model's folder. */
  public static final String FILE = "prerank.json";

  /** Version of the file that this program writes. */
  public static final int VERSION = 1;

  /** Largest allowed size of a weight or a mean. */
  private static final float MOST = 1e6f;

  /** The counts of 62 action types have 1,616 features. */
  private static final int MOST_FEATURES = 4096;

  private static final ModelJson<FittedPreRank> STORED =
      new ModelJson<>(FILE, 1 << 20, FittedPreRank.class);

  /**
   * A feature of a candidate.
   *
   * @param weight weight in the sum by which candidates are ordered
   * @param mean mean over the candidates of the validation split; it takes the place of an unknown
   *     value
   */
  public record Feature(String name, float weight, float mean) {
    public Feature {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("features: a name expected, got an empty one");
      }
      require(name + ".weight", weight);
      require(name + ".mean", mean);
    }
  }

  public FittedPreRank {
    if (version != VERSION) {
      throw new IllegalArgumentException("version %s expected, got %s".formatted(VERSION, version));
    }
    require("similarity", similarity);
    features = List.copyOf(features);
    Set<String> names = new HashSet<>();
    for (Feature feature : features) {
      if (!names.add(feature.name())) {
        throw new IllegalArgumentException("features: distinct names expected, got " + features);
      }
    }
    if (features.size() > MOST_FEATURES) {
      throw new IllegalArgumentException(
          "features: at most %s expected, got %s".formatted(MOST_FEATURES, features.size()));
    }
    if (targets < 0 || kept < 0 || pool < kept) {
      throw new IllegalArgumentException(
          "targets, kept and pool: 0 or more, and kept at most pool expected, got %s, %s and %s"
              .formatted(targets, kept, pool));
    }
    requireShare("keptByRetrieval", keptByRetrieval);
    requireShare("keptByWeights", keptByWeights);
  }

  private static void require(String name, float value) {
    if (!(Math.abs(value) <= MOST)) {
      throw new IllegalArgumentException(
          "%s: -%s to %s expected, got %s".formatted(name, MOST, MOST, value));
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s: 0 to 1 expected, got %s".formatted(name, value));
    }
  }

  /** Returns the sum by which candidates are ordered, as a text. */
  public String text() {
    StringBuilder text =
        new StringBuilder(String.format(Locale.ROOT, "%.4g x retrieval score", similarity));
    for (Feature feature : features) {
      if (feature.weight() != 0) {
        text.append(String.format(Locale.ROOT, " %+.4g x %s", feature.weight(), feature.name()));
      }
    }
    return text.toString();
  }

  /** Writes the weights into a model's folder. */
  public void write(Path directory) {
    STORED.write(directory, this);
  }

  /** Removes the weights from a model's folder, if there are any. */
  public static void remove(Path directory) {
    STORED.remove(directory);
  }

  /**
   * Returns the weights in a model's folder; empty if the folder has none.
   *
   * @throws ModelException when the file is broken or of a later version
   */
  public static Optional<FittedPreRank> read(Path directory) {
    return STORED.read(directory);
  }
}
