package io.unipin.train.recipe;

import io.unipin.settings.SettingException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Settings of a recipe for training; {@code defaults.yaml} explains every value. */
public record TrainingSettings(
    Task task,
    long seed,
    int epochs,
    int batchActions,
    double learningRate,
    int warmupSteps,
    double weightDecay,
    double dropout,
    double clip,
    double maskProbability,
    int negatives,
    boolean logQ,
    double outcomeProbability,
    double gapProbability,
    double aheadProbability,
    double unknownProbability,
    double rareSwap,
    boolean queriesAsKeys,
    double idDropout,
    boolean unseenClasses,
    double candidateUnknown,
    double scoreReg,
    int coldBelow,
    double mixup,
    double mixupAlpha,
    double emptyViewProbability,
    int maxCandidates,
    Map<String, Float> actionWeights,
    Map<String, Float> maskedWeights,
    int leastUsers,
    int patience,
    int checkpointSeconds,
    CountsUse counts) {
  /** Largest number of items for which a full softmax is the default. */
  public static final int MOST_FULL = 20_000;

  /** Number of negatives for larger catalogues. */
  static final int NEGATIVES = 4096;

  /** Number of negatives that means a full softmax, whatever the size of the catalogue. */
  static final int ALL_ITEMS = -1;

  public TrainingSettings {
    actionWeights = weights("actionWeights", actionWeights);
    maskedWeights = weights("maskedWeights", maskedWeights);
    require("epochs", epochs >= 1, "1 or more", epochs);
    require("batchActions", batchActions >= 8, "8 or more", batchActions);
    require("learningRate", learningRate > 0, "a positive number", learningRate);
    require("warmupSteps", warmupSteps >= 0, "0 or more", warmupSteps);
    require("weightDecay", weightDecay >= 0, "0 or more", weightDecay);
    require("clip", clip > 0, "a positive number", clip);
    require("dropout", dropout >= 0 && dropout < 1, "a number in [0, 1)", dropout);
    require("rareSwap", rareSwap >= 0 && Double.isFinite(rareSwap), "a number from 0 on", rareSwap);
    require(
        "unseenClasses",
        unseenClasses || rareSwap == 0,
        "true beside rareSwap, which makes any item a target,",
        unseenClasses);
    require("scoreReg", scoreReg >= 0 && Double.isFinite(scoreReg), "a number from 0 on", scoreReg);
    require("mixup", mixup >= 0 && Double.isFinite(mixup), "a number from 0 on", mixup);
    require("coldBelow", coldBelow >= 1, "1 or more", coldBelow);
    require("negatives", negatives >= ALL_ITEMS, "-1 or more", negatives);
    require("maxCandidates", maxCandidates >= 0, "0 or more", maxCandidates);
    require("leastUsers", leastUsers >= 0, "0 or more", leastUsers);
    require("patience", patience >= 1, "1 or more", patience);
    require("checkpointSeconds", checkpointSeconds >= 0, "0 or more", checkpointSeconds);
    probability("maskProbability", maskProbability);
    probability("outcomeProbability", outcomeProbability);
    probability("gapProbability", gapProbability);
    probability("aheadProbability", aheadProbability);
    probability("unknownProbability", unknownProbability);
    probability("emptyViewProbability", emptyViewProbability);
    probability("idDropout", idDropout);
    probability("candidateUnknown", candidateUnknown);
    probability("mixupAlpha", mixupAlpha);
  }

  /**
   * Returns the number of uniform negatives per batch for a catalogue of {@code items} items; 0
   * means a full softmax.
   */
  public int negativesAmong(int items) {
    return negatives == 0 && items > MOST_FULL ? NEGATIVES : Math.max(0, negatives);
  }

  /**
   * Returns the weights in the order of their names. Whether a run can be resumed is decided by
   * comparing texts of recipes, so the order must be fixed.
   */
  private static Map<String, Float> weights(String name, Map<String, Float> weights) {
    weights.forEach(
        (action, weight) ->
            require(
                name + "." + action,
                weight >= 0 && Float.isFinite(weight),
                "a number from 0 on",
                weight));
    return Collections.unmodifiableMap(new TreeMap<>(weights));
  }

  private static void probability(String name, double value) {
    require(name, value >= 0 && value <= 1, "a number in [0, 1]", value);
  }

  private static void require(String name, boolean condition, String expected, Object value) {
    if (!condition) {
      throw new SettingException(name, "%s expected, got %s".formatted(expected, value));
    }
  }
}
