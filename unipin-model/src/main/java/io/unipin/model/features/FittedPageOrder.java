package io.unipin.model.features;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a {@link PageOrder}, which training fitted to its validation split. This record
 * also holds how good the weights were on this split. The file {@code page.json} in a model's
 * folder stores the record. Immutable.
 *
 * @param similarity weight of the dot product of query and item
 * @param probabilities weight of each action's probability, by action
 * @param targets number of validation targets that were among the retrieved candidates
 * @param retrievalNdcg10 NDCG@10 of these targets in the order of retrieval
 * @param pageNdcg10 NDCG@10 of these targets on pages, where the weights for one half of the users
 *     are fitted on the other half
 */
public record FittedPageOrder(
    float similarity,
    Map<String, Float> probabilities,
    int targets,
    double retrievalNdcg10,
    double pageNdcg10) {
  /** Name of the file in a model's folder. */
  public static final String FILE = "page.json";

  /** Largest allowed size of a weight. */
  private static final float MAX_WEIGHT = 1e6f;

  private static final ModelJson<FittedPageOrder> STORED =
      new ModelJson<>(FILE, 1 << 16, FittedPageOrder.class);

  public FittedPageOrder {
    require("similarity", similarity);
    probabilities.forEach((action, weight) -> require("probabilities." + action, weight));
    probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    if (targets < 0) {
      throw new IllegalArgumentException("targets: 0 or more expected, got " + targets);
    }
    requireShare("retrievalNdcg10", retrievalNdcg10);
    requireShare("pageNdcg10", pageNdcg10);
  }

  private static void require(String name, float weight) {
    if (!(Math.abs(weight) <= MAX_WEIGHT)) {
      throw new IllegalArgumentException(
          "%s: -%s to %s expected, got %s".formatted(name, MAX_WEIGHT, MAX_WEIGHT, weight));
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s: 0 to 1 expected, got %s".formatted(name, value));
    }
  }

  /** Returns the order of retrieval, for a model that was not trained to rank. */
  public static FittedPageOrder ofRetrieval(List<String> actions) {
    Map<String, Float> none = new LinkedHashMap<>();
    actions.forEach(action -> none.put(action, 0f));
    return new FittedPageOrder(1, none, 0, 0, 0);
  }

  /** Returns the order for a model with these actions, all of which must have a weight. */
  public PageOrder order(List<String> actions) {
    if (!probabilities.keySet().equals(new HashSet<>(actions))) {
      throw new ModelException(
          "%s: a weight for each of the actions %s expected, got %s"
              .formatted(FILE, actions, probabilities.keySet()));
    }
    float[] weights = new float[actions.size()];
    for (int action = 0; action < weights.length; action++) {
      weights[action] = probabilities.getOrDefault(actions.get(action), 0f);
    }
    return PageOrder.of(similarity, weights);
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
   * @throws ModelException when the file is broken
   */
  public static Optional<FittedPageOrder> read(Path directory) {
    return STORED.read(directory);
  }
}
