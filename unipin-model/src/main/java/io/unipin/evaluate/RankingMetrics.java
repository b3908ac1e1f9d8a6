package io.unipin.evaluate;

import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.baseline.Popularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of the predicted actions on held-out slates. Immutable.
 *
 * @param users number of users with a held-out slate
 * @param views number of slates
 * @param impressions number of impressions in the slates
 * @param feedviews whether slates are feedviews; otherwise each held-out action is a slate of one
 *     impression
 * @param actions metrics per action type, in the order of the schema
 * @param counts metrics of the baseline of counts per action type, in the order of the schema; empty
 *     if the part is not the test part
 * @param modelCounts what the model's counts change
 */
public record RankingMetrics(
    int users,
    int views,
    int impressions,
    boolean feedviews,
    List<ActionMetrics> actions,
    List<CountsMetrics> counts,
    ModelCounts modelCounts) {
  public RankingMetrics {
    actions = List.copyOf(actions);
    counts = List.copyOf(counts);
  }

  /**
   * What a model's counts change about its ranking.
   *
   * @param generation generation of the counts; empty if the model has none
   * @param actions what the counts change per action type, in the order of the schema; empty if the
   *     model has none
   */
  public record ModelCounts(String generation, List<Counted> actions) {
    static final ModelCounts NONE = new ModelCounts("", List.of());

    public ModelCounts {
      actions = List.copyOf(actions);
    }
  }

  /**
   * What a model's counts change about its ranking of one action.
   *
   * @param action name of the action type
   * @param without figures of the model without its counts
   * @param with figures of the model with its counts
   * @param aucGain AUC with counts minus AUC without
   * @param gaucGain GAUC with counts minus GAUC without
   */
  public record Counted(
      String action,
      RankingRow without,
      RankingRow with,
      PairedBootstrap.Difference aucGain,
      PairedBootstrap.Difference gaucGain) {}

  /**
   * Returns the model's AUC of an action. An action has no AUC if all held-out impressions got it,
   * or if none of them got it. For such an action, returns the mean over the actions that have an
   * AUC, or NaN if no action has one.
   */
  public double auc(String action) {
    return actions.stream()
        .filter(metrics -> metrics.action().equals(action))
        .mapToDouble(metrics -> metrics.model().auc())
        .filter(auc -> !Double.isNaN(auc))
        .findFirst()
        .orElseGet(this::meanAuc);
  }

  private double meanAuc() {
    return actions.stream()
        .mapToDouble(action -> action.model().auc())
        .filter(auc -> !Double.isNaN(auc))
        .average()
        .orElse(Double.NaN);
  }

  /** Returns the generation of the model's counts; empty if the model has none. */
  public String generation() {
    return modelCounts.generation();
  }

  /** Returns what the model's counts change per action type; empty if the model has none. */
  public List<Counted> counted() {
    return modelCounts.actions();
  }

  static RankingMetrics of(
      Predictions predictions,
      List<String> names,
      Popularity popularity,
      @Nullable CountedRanking counted) {
    SlateGroups groups = predictions.groups();
    float[] popular = predictions.byItem(popularity.scores());
    List<ActionMetrics> actions = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      boolean[] labels = predictions.labels(c);
      float[] bias = predictions.biasProbabilities(c);
      actions.add(
          new ActionMetrics(
              names.get(c),
              BinaryMetrics.positives(labels),
              BinaryMetrics.baseRate(labels),
              RankingRow.ofProbabilities(
                  predictions.probabilities(c), predictions.shownProbabilities(c), labels, groups),
              RankingRow.ofProbabilities(bias, bias, labels, groups),
              RankingRow.ofScores(popular, labels, groups),
              PairedBootstrap.auc(predictions.probabilities(c), bias, labels, groups.users())));
    }
    return new RankingMetrics(
        (int) Arrays.stream(groups.users()).distinct().count(),
        predictions.slates(),
        predictions.impressions(),
        predictions.areFeedviews(),
        actions,
        predictions.areCountsKnown() ? counts(predictions, names, groups) : List.of(),
        counted == null
            ? ModelCounts.NONE
            : new ModelCounts(counted.tables().generation(), counted(predictions, names, groups)));
  }

  private static List<Counted> counted(
      Predictions predictions, List<String> names, SlateGroups groups) {
    List<Counted> counted = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      boolean[] labels = predictions.labels(c);
      float[] plain = predictions.plainProbabilities(c);
      float[] ranking = predictions.probabilities(c);
      counted.add(
          new Counted(
              names.get(c),
              RankingRow.ofProbabilities(
                  plain, predictions.plainShownProbabilities(c), labels, groups),
              RankingRow.ofProbabilities(
                  ranking, predictions.shownProbabilities(c), labels, groups),
              PairedBootstrap.auc(ranking, plain, labels, groups.users()),
              PairedBootstrap.gauc(ranking, plain, labels, groups.users())));
    }
    return counted;
  }

  private static List<CountsMetrics> counts(
      Predictions predictions, List<String> names, SlateGroups groups) {
    List<CountsMetrics> counts = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      float[] counted = predictions.countsProbabilities(c);
      boolean[] labels = predictions.labels(c);
      counts.add(
          new CountsMetrics(
              names.get(c),
              RankingRow.ofProbabilities(counted, counted, labels, groups),
              PairedBootstrap.gauc(predictions.probabilities(c), counted, labels, groups.users())));
    }
    return counts;
  }
}
