package io.unipin.evaluate;

import io.unipin.evaluate.page.PageCandidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of finding one target per user among the whole catalogue. Immutable.
 *
 * @param repeats number of users that are left out because their target is in their history;
 *     retrieval filters out items of the history
 * @param targetless number of users that are left out because they have no positive action in the
 *     evaluated part of the log (validation or test). In a validation, users whose target is a
 *     withheld item count as well.
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
   * @param pageRank position of the target on the page that serving would show. If the target is
   *     not among the page's candidates, this is its rank by retrieval. 0 if no page was measured
   * @param timedRank rank by retrieval of a query that knows the time of the request; 0 if pages
   *     were not measured or the log has no times
   * @param timedPageRank position of the target on the page of this query, or 0
   * @param candidates candidates of the page; only in an evaluation of the validation part
   */
  public record Answer(
      int item,
      int history,
      long timeMs,
      int contentRank,
      int[] list,
      int pageRank,
      int timedRank,
      int timedPageRank,
      @Nullable PageCandidates candidates) {}

  /** Returns the ranks of the targets on served pages; empty if no page was measured. */
  public Ranks page() {
    return measured(Answer::pageRank);
  }

  /**
   * Returns the ranks by queries that know the time of the request; empty unless all targets have
   * such ranks.
   */
  public Ranks timed() {
    return measured(Answer::timedRank);
  }

  /** Returns the ranks on the pages of these queries; empty unless all targets have such ranks. */
  public Ranks timedPage() {
    return measured(Answer::timedPageRank);
  }

  private Ranks measured(ToIntFunction<Answer> rank) {
    int[] ranks = answers.stream().mapToInt(rank).toArray();
    return new Ranks(Arrays.stream(ranks).allMatch(each -> each > 0) ? ranks : new int[0]);
  }

  /** Returns the candidates of all pages of the validation part. */
  public List<PageCandidates> candidates() {
    List<PageCandidates> all = new ArrayList<>();
    for (Answer answer : answers) {
      PageCandidates candidates = answer.candidates();
      if (candidates != null) {
        all.add(candidates);
      }
    }
    return all;
  }

  /** Whether targets have ranks by content. */
  public boolean areContentsKnown() {
    return answers.stream().anyMatch(answer -> answer.contentRank() > 0);
  }
}
