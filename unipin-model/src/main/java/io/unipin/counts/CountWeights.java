package io.unipin.counts;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights by which counts change a model's probabilities. For each action {@code p' = sigmoid(a
 * logit(p) + b + w . x)}, where x are the inputs of the candidate. The file {@code counts.json}
 * stores them. Immutable.
 */
public final class CountWeights {
  /** Name of the file in a folder of counts. */
  public static final String FILE = "counts.json";

  private static final int VERSION = 1;

  /** Largest size of a weight, and of a constant. */
  static final double MOST = 1e3;

  /** Largest size of a probability's logit. Larger logits are reduced to it. */
  private static final double LARGEST_LOGIT = 16;

  private final CountFeatures features;
  private final Map<String, Action> actions;
  private final float[] slopes;
  private final float[] constants;

  /** For each action, the indices of the inputs that have a weight. */
  private final int[][] places;

  private final float[][] weights;

  /**
   * The weights of one action.
   *
   * @param slope a, the weight of the logit of the model's probability, above 0
   * @param constant b, the constant of the sum
   * @param weights weights of inputs by their names; an input without a weight has weight 0
   */
  public record Action(float slope, float constant, Map<String, Float> weights) {
    /** Weights that change no probability. */
    static final Action NONE = new Action(1, 0, Map.of());

    public Action {
      require("slope", slope > 0 && slope <= MOST, "above 0 and up to", slope);
      require("constant", Math.abs(constant) <= MOST, "of a size up to", constant);
      weights.forEach(
          (name, weight) -> require(name, Math.abs(weight) <= MOST, "of a size up to", weight));
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }

    private static void require(String name, boolean holds, String range, float value) {
      if (!holds) {
        throw new CountsException(
            "%s: %s: a number %s %s expected, got %s".formatted(FILE, name, range, MOST, value));
      }
    }
  }

  /** The content of the file. */
  record Stored(int version, List<String> features, Map<String, Action> actions) {}

  /**
   * Creates weights.
   *
   * @param actions weights of each action type, by its name, in the order of the model
   * @throws CountsException if a weight names an input that is not one of {@code features}
   */
  public CountWeights(CountFeatures features, Map<String, Action> actions) {
    this.features = features;
    this.actions = Collections.unmodifiableMap(new LinkedHashMap<>(actions));
    this.slopes = new float[actions.size()];
    this.constants = new float[actions.size()];
    this.places = new int[actions.size()][];
    this.weights = new float[actions.size()][];
    if (new HashSet<>(features.names()).size() < features.width()) {
      throw new CountsException(FILE + ": distinct features expected, got " + features.names());
    }
    int c = 0;
    for (Action action : this.actions.values()) {
      slopes[c] = action.slope();
      constants[c] = action.constant();
      places[c] = new int[action.weights().size()];
      weights[c] = new float[places[c].length];
      int i = 0;
      for (Map.Entry<String, Float> weight : action.weights().entrySet()) {
        places[c][i] = features.names().indexOf(weight.getKey());
        if (places[c][i] < 0) {
          throw new CountsException(
              "%s: a weight of one of the features expected, got %s"
                  .formatted(FILE, weight.getKey()));
        }
        weights[c][i++] = weight.getValue();
      }
      c++;
    }
  }

  /**
   * Reads the weights in a folder.
   *
   * @throws CountsException if the file is missing or broken, or its version is unknown
   */
  public static CountWeights read(Path folder) {
    byte[] json = StrictJson.bytes(folder, FILE);
    Stored stored = StrictJson.read(FILE, json, VERSION, VERSION, Stored.class);
    return new CountWeights(new CountFeatures(stored.features()), stored.actions());
  }

  /** Writes the weights into a folder, which must exist. */
  public void write(Path folder) {
    Stored stored = new Stored(VERSION, features.names(), actions);
    try {
      Files.write(folder.resolve(FILE), StrictJson.MAPPER.writeValueAsBytes(stored));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new CountsException("%s cannot be written into %s: %s".formatted(FILE, folder, e), e);
    }
  }

  /** Returns the inputs to which these weights belong. */
  public CountFeatures features() {
    return features;
  }

  /** Returns the names of the action types, in the order of the probabilities. */
  public List<String> actions() {
    return new ArrayList<>(actions.keySet());
  }

  /** Returns the weights of an action type. */
  public Action of(String action) {
    return actions.getOrDefault(action, Action.NONE);
  }

  /** Whether the counts change the probability of any action. */
  public boolean changeAny() {
    return actions.values().stream().anyMatch(action -> !action.equals(Action.NONE));
  }

  /**
   * Changes probabilities in place.
   *
   * @param probabilities (candidates, actions), row major
   * @param inputs (candidates, width), row major
   */
  public void apply(float[] probabilities, float[] inputs, int candidates) {
    int width = features.width();
    if (probabilities.length < candidates * slopes.length || inputs.length < candidates * width) {
      throw new IllegalArgumentException(
          "probabilities and inputs of %s candidates expected, got %s and %s"
              .formatted(candidates, probabilities.length, inputs.length));
    }
    for (int c = 0; c < slopes.length; c++) {
      if (places[c].length == 0 && slopes[c] == 1 && constants[c] == 0) {
        continue;
      }
      for (int i = 0; i < candidates; i++) {
        int at = i * slopes.length + c;
        double logit = slopes[c] * logit(probabilities[at]) + constants[c];
        for (int n = 0; n < places[c].length; n++) {
          logit += weights[c][n] * inputs[i * width + places[c][n]];
        }
        probabilities[at] = (float) (1 / (1 + Math.exp(-logit)));
      }
    }
  }

  /** Returns the logit of a probability, bounded on both sides. */
  static double logit(double p) {
    return Math.min(Math.max(CountEffects.logit(p), -LARGEST_LOGIT), LARGEST_LOGIT);
  }
}
