package io.unipin.serving.pipeline;

import io.unipin.counts.CountQuery;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables of counts that one request uses. They stay the same for the whole request, even if the
 * bundle gets newer tables meanwhile.
 *
 * <p>Counts change a candidate's probabilities after the model has computed them. The change
 * depends on the request and on the candidate, and not on the other candidates. Not thread-safe.
 */
final class UserCounts {
  private final @Nullable CountedRanking counts;
  private final Asked asked;
  private @Nullable CountQuery query;
  private String generation = "";

  /**
   * The part of a request that its counts depend on.
   *
   * @param surface index of the surface
   * @param positives names of the actions that count as positive
   * @param recent actions that the request brings, newer than the stored history
   */
  record Asked(
      int surface,
      List<String> positives,
      ItemView items,
      UserHistory history,
      List<RecordedAction> recent) {}

  /** Creates the counts of a request; {@code counts} is null if the request uses none. */
  UserCounts(@Nullable CountedRanking counts, Asked asked) {
    this.counts = counts;
    this.asked = asked;
  }

  /** Whether the request uses no counts. */
  boolean isEmpty() {
    return counts == null;
  }

  /**
   * Changes the probabilities of candidates in place.
   *
   * @param probabilities (candidates, actions), row major
   */
  void apply(List<Candidate> candidates, float[] probabilities) {
    if (counts == null) {
      return;
    }
    if (query == null) {
      query = counts.tables().query(asked.surface(), positives());
    }
    int[] rows = candidates.stream().mapToInt(Candidate::row).toArray();
    counts.apply(query, rows, probabilities);
    generation = counts.tables().generation();
  }

  /** Returns the generation of the tables that were used; empty if none were used so far. */
  String generation() {
    return generation;
  }

  /**
   * Returns the catalogue rows of the user's last positive items, oldest first. An item that the
   * catalogue lacks stands as {@link CountQuery#NONE}.
   */
  private int[] positives() {
    Deque<Integer> rows = new ArrayDeque<>(CountQuery.SEGMENT_POSITIVES);
    takeNewest(asked.recent(), rows);
    takeNewest(asked.history().newest(), rows);
    return rows.stream().mapToInt(Integer::intValue).toArray();
  }

  private void takeNewest(List<RecordedAction> actions, Deque<Integer> rows) {
    for (int i = actions.size() - 1; i >= 0 && rows.size() < CountQuery.SEGMENT_POSITIVES; i--) {
      RecordedAction action = actions.get(i);
      if (action.actions().stream().anyMatch(asked.positives()::contains)) {
        rows.addFirst(row(action.itemId()));
      }
    }
  }

  private int row(long item) {
    int row = asked.items().row(item);
    return row == Catalogue.UNKNOWN || asked.items().isLive(row) ? CountQuery.NONE : row;
  }
}
