package io.unipin.evaluate.slices;

import io.unipin.evaluate.Ranks;
import java.util.List;

/**
 * Figures of one class of a slicing. Immutable.
 *
 * @param name name of the class
 * @param model ranks that the model gives the targets of the class
 * @param page ranks of the same targets on served pages; empty if no page was measured
 * @param popularity ranks of the same targets by popularity
 * @param content ranks of the same targets by the content neighbours; empty without content
 * @param impressions number of impressions of the class
 * @param actions figures of these impressions per action type, in the order of the schema
 */
record SliceFigures(
    String name,
    Ranks model,
    Ranks page,
    Ranks popularity,
    Ranks content,
    int impressions,
    List<ActionFigures> actions) {

  /**
   * Figures of one action type. Figures that are not defined are NaN.
   *
   * @param positives number of impressions that got the action
   * @param auc AUC of the probabilities by which the evaluation ranks the impressions
   * @param predicted mean of the probabilities that were computed for the position at which each
   *     impression was shown
   * @param observed share of the impressions that got the action
   */
  record ActionFigures(
      String action, long positives, double auc, double predicted, double observed) {}
}
