package io.unipin.serving.pipeline;

import io.unipin.counts.CountQuery;
import io.unipin.counts.CountedRanking;
import io.unipin.counts.OwnActions;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedSchema;
import io.unipin.prerank.PreRank;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tables of counts that one request uses, and the rule of pre-ranking, which reads the same
 * tables. They stay the same for the whole request, even if the bundle gets newer tables meanwhile.
 *
 * <p>Counts change a candidate's probabilities after the model has computed them. The change
 * depends on the request and on the candidate, and not on the other candidates. Not thread-safe.
 */
final class UserCounts {
  private static final int MOST_POSITIVES =
      Math.max(CountQuery.SEGMENT_POSITIVES, io.unipin.prerank.Asked.MOST_POSITIVES);

  private final @Nullable CountedRanking all;
  private final @Nullable CountedRanking counts;
  private final @Nullable PreRank preRank;
  private final Asked asked;
  private int @Nullable [] lastPositives;
  private @Nullable CountQuery query;
  private String generation = "";

  /**
   * The part of a request that its counts and its pre-ranking depend on.
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

  /**
   * Creates the counts of a request.
   *
   * @param ranks whether ranking uses the counts, if there are any
   */
  UserCounts(LoadedBundle.CountedParts parts, boolean ranks, Asked asked) {
    this.all = parts.ranking();
    this.counts = ranks ? all : null;
    this.preRank = parts.preRank();
    this.asked = asked;
  }

  /** Returns the rule of pre-ranking; empty if the bundle has none. */
  Optional<PreRank> preRank() {
    return Optional.ofNullable(preRank);
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
      query = counts.tables().query(asked.surface(), positives(), own(counts));
    }
    int[] rows = candidates.stream().mapToInt(Candidate::row).toArray();
    counts.apply(query, rows, probabilities);
    generation = counts.tables().generation();
  }

  /**
   * Returns how often the tables saw an item on the request's surface, even if ranking does not use
   * them. Returns 0 without tables, and for an item that the bundle's catalogue lacks.
   */
  long impressions(long item) {
    if (all == null) {
      return 0;
    }
    int row = row(item);
    return row == CountQuery.NONE ? 0 : all.tables().impressions(asked.surface(), row);
  }

  /** Returns the generation of the tables that were used; empty if none were used so far. */
  String generation() {
    return generation;
  }

  /**
   * Returns the catalogue rows of the user's last positive items, oldest first, as both ranking with
   * counts and pre-ranking read them. An item that the catalogue lacks stands as {@link
   * CountQuery#NONE}. The array is owned by this object.
   */
  int[] positives() {
    int[] known = lastPositives;
    if (known == null) {
      Deque<Integer> rows = new ArrayDeque<>(MOST_POSITIVES);
      takeNewest(asked.recent(), rows);
      takeNewest(asked.history().newest(), rows);
      known = rows.stream().mapToInt(Integer::intValue).toArray();
      lastPositives = known;
    }
    return known;
  }

  private void takeNewest(List<RecordedAction> actions, Deque<Integer> rows) {
    for (int i = actions.size() - 1; i >= 0 && rows.size() < MOST_POSITIVES; i--) {
      RecordedAction action = actions.get(i);
      if (action.actions().stream().anyMatch(asked.positives()::contains)) {
        rows.addFirst(row(action.itemId()));
      }
    }
  }

  /** Returns what the tables need to know of the user's own actions. */
  private int[] own(CountedRanking ranking) {
    OwnActions own = new OwnActions(ranking.tables());
    List<String> names = ranking.weights().actions();
    add(asked.recent(), names, own);
    add(asked.history().newest(), names, own);
    return own.counts();
  }

  private static void add(List<RecordedAction> actions, List<String> names, OwnActions own) {
    for (int i = actions.size() - 1; i >= 0 && !own.isFull(); i--) {
      RecordedAction action = actions.get(i);
      own.add(action.timeMs(), FeedSchema.bits(action.actions(), names));
    }
  }

  private int row(long item) {
    int row = asked.items().row(item);
    return row == Catalogue.UNKNOWN || asked.items().isLive(row) ? CountQuery.NONE : row;
  }
}
