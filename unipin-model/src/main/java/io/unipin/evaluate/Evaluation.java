package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Protocol;
import java.util.Locale;

/**
 * Result of an {@link Evaluator}. Immutable.
 *
 * @param split rule by which the log was split
 * @param displayed whether candidates were scored at the positions where they were shown
 * @param page how the measured pages were made
 * @param predictions predictions from which the ranking metrics are computed
 */
public record Evaluation(
    Protocol split,
    Part part,
    boolean displayed,
    PageRule page,
    RetrievalMetrics retrieval,
    RankingMetrics ranking,
    Predictions predictions) {
  private static final String RETRIEVAL_RULES =
      """
      Retrieval: per user with enough actions one target, the %s positive action of the %s part, sought from all actions \
      before it among the whole catalogue, in the order of the dot product; items of that history are filtered, and users \
      whose target is among them are left out; equal scores: smaller item id first; the query knows the target's surface, \
      neither its time nor its action; actions of equal times keep the log's order. Popularity: positive actions of all users before that part, same users, filter and tie order; recent: of those the ones in \
      the seven days before %s. \
      """;
  private static final String PAGE_RULES =
      """
      Page: the first %s items of that order, sought exactly, ranked by a utility of %s × dot product%s, with probabilities at the \
      first position and without the time of the request; equal utilities: smaller item id first; a target that is not among these items \
      keeps its rank by retrieval; same users. With time: query and page know the time of the target's action. \
      """;
  private static final String RANKING_RULES =
      """
      Ranking: probability per action for every impression of the %s part's %s, from the actions before each, at %s; AUC counts a tie \
      one half; GAUC per user, weighted by impressions; log loss in nats, normalised entropy against the part's base rate and \
      calibration error over 15 bins of equal mass at the position where an impression was shown; slate MRR of the first impression with the action in slates of two or more. \
      Bias: item effect of the training part plus user effect of everything before the slate, as shrunk log-odds. \
      Counts: logistic regression, fitted on the validation part, on shrunk rates of item, surface, category and user, all counted \
      up to the end of the training part.\
      """;

  private static final String COUNTED_RULES =
      """
       The model's probabilities include its counts of generation %s; rows without counts are those of the model alone.\
      """;

  /** Returns a description of the rules by which the figures were measured. */
  public String protocol() {
    String name = part == Part.TEST ? "test" : "validation";
    String slates = ranking.feedviews() ? "feedviews" : "actions (a slate of one each)";
    boolean timed = split == Protocol.TIME_SPLIT;
    return RETRIEVAL_RULES.formatted(
            timed ? "first" : "last", name, timed ? "the split" : "the target")
        + pageRules()
        + RANKING_RULES.formatted(
            name, slates, displayed ? "the position where it was shown" : "the first position")
        + (ranking.generation().isEmpty() ? "" : COUNTED_RULES.formatted(ranking.generation()));
  }

  private String pageRules() {
    if (!page.isMeasured()) {
      return "";
    }
    StringBuilder sum = new StringBuilder();
    page.order()
        .probabilities(predictions.schema().actions())
        .forEach(
            (action, weight) -> {
              if (weight != 0) {
                sum.append(String.format(Locale.ROOT, " %+.4g × P(%s)", weight, action));
              }
            });
    String similarity = String.format(Locale.ROOT, "%.4g", page.order().similarity());
    return PAGE_RULES.formatted(page.candidates(), similarity, sum);
  }

  /** Returns all figures. Undefined figures, such as an AUC without negatives, are null. */
  public ObjectNode toJson() {
    return EvaluationJson.of(this);
  }

  /** Returns all figures as a text table. */
  public String toTable() {
    return EvaluationTable.of(this);
  }
}
