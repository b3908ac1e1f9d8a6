package io.unipin.evaluate;

import java.util.List;

/**
 * Metrics of finding one target per user among the whole catalogue. Immutable.
 *
 * @param repeats number of users that are left out because their target is in their history;
 *     retrieval filters out items of the history
 * @param targetless number of users that are left out because they have no positive action in the
 *     part. In a validation, users whose target is a withheld item count as well.
 * @param found (users) log row of each user whose target was ranked
 * @param model ranks that the model gives the targets
 * @param popularity ranks that the popularity baseline gives the same targets, with the same filter
 * @param recent ranks that popularity in the preceding seven days gives the same targets; empty
 *     when the log has no times
 * @param answers (users) the target and the list that the model offers
 */
public record RetrievalMetrics(
    int repeats,
    int targetless,
    int[] found,
    Ranks model,
    Ranks popularity,
    Ranks recent,
    List<Answer> answers) {
  /** Number of items in an answer's list. */
  public static final int LIST = 10;

  public RetrievalMetrics {
    answers = List.copyOf(answers);
  }

  /**
   * A user's target, and the list of items that the model offers this user.
   *
   * @param item catalogue row of the target
   * @param history number of the user's actions before the target
   * @param timeMs when the user acted on the target, in milliseconds since 1970, or
   *     {@link io.unipin.feedlog.FeedLog#NO_TIME}
   * @param contentRank rank that the content neighbours give the target; 0 if items have no content
   *     or the part is not the test part
   * @param list catalogue rows of the model's first {@link #LIST} items that are not in the
   *     history, best first; empty if the part is not the test part
   */
  public record Answer(int item, int history, long timeMs, int contentRank, int[] list) {}

  /** Whether targets have ranks by content. */
  public boolean areContentsKnown() {
    return answers.stream().anyMatch(answer -> answer.contentRank() > 0);
  }
}
