package io.unipin.evaluate;

import java.util.List;

/**
 * Metrics of finding one target per user among the whole catalogue. Immutable.
 *
 * @param repeats number of users that are left out because their target is in their history, which
 *     is filtered
 * @param targetless number of users that are left out because they have no positive action in the
 *     part, or in a validation one on a withheld item
 * @param found (users) log row of each user whose target was searched for
 * @param model ranks that the model gives the targets
 * @param popularity ranks that the popularity baseline gives the same targets, with the same filter
 * @param recent ranks by popularity in the seven days before; empty when the log has no times
 * @param answers (users) what was sought and what the model offers
 */
public record RetrievalMetrics(
    int repeats,
    int targetless,
    int[] found,
    Ranks model,
    Ranks popularity,
    Ranks recent,
    List<Answer> answers) {
  /** Number of items of a list. */
  public static final int LIST = 10;

  public RetrievalMetrics {
    answers = List.copyOf(answers);
  }

  /**
   * A target, and the list that the model offers a user in its place.
   *
   * @param item catalogue row of the target
   * @param history number of the user's actions before the target
   * @param timeMs when the user acted on the target, in milliseconds since 1970, or
   *     {@link io.unipin.feedlog.FeedLog#NO_TIME}
   * @param contentRank rank that the content neighbours give the target; 0 if items have no content
   *     or the part is not tested
   * @param list catalogue rows of the first {@link #LIST} items of the model, best first, without
   *     those of the history; empty if the part is not tested
   */
  public record Answer(int item, int history, long timeMs, int contentRank, int[] list) {}

  /** Whether targets have ranks by content. */
  public boolean areContentsKnown() {
    return answers.stream().anyMatch(answer -> answer.contentRank() > 0);
  }
}
