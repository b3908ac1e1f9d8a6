package io.unipin.serving.inspect;

import io.unipin.feedlog.Catalogue;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.PreRanking;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Removal;
import io.unipin.serving.slate.SlateRules;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Explains the steps of one request. Not thread-safe. */
public final class Inspector {
  private final LoadedBundle bundle;
  private final ItemView items;
  private final List<Candidate> found;
  private final PreRanking preRanking;
  private final List<RankedItem> ranked;
  private final List<RankedItem> page;
  private final Map<Long, Removal.Rule> removals = new HashMap<>();
  private final Set<Long> explored = new HashSet<>();

  /**
   * Creates an inspector of an answered request.
   *
   * @param items the request's view of the bundle's items
   * @param found candidates in retrieval's order
   * @param preRanking the found candidates in the order of pre-ranking
   * @param ranked candidates by utility
   * @param slated page, and the candidates that rules kept off the page
   */
  public Inspector(
      LoadedBundle bundle,
      ItemView items,
      List<Candidate> found,
      PreRanking preRanking,
      List<RankedItem> ranked,
      SlateRules.Slated slated) {
    this.bundle = bundle;
    this.items = items;
    this.found = found;
    this.preRanking = preRanking;
    this.ranked = ranked;
    this.page = slated.items();
    slated.removals().forEach(removal -> removals.put(removal.item(), removal.rule()));
    slated.draws().draws().stream()
        .filter(Draw::isExplored)
        .forEach(draw -> explored.add(draw.item()));
  }

  /** Returns the newest {@code count} actions of a user. */
  public List<ReadAction> history(UserHistory stored, List<RecordedAction> recent, int count) {
    List<RecordedAction> all = new ArrayList<>(stored.newest());
    all.addAll(recent);
    List<ReadAction> read = new ArrayList<>(count);
    for (RecordedAction action : all.subList(Math.max(0, all.size() - count), all.size())) {
      int row = items.row(action.itemId());
      boolean known = row != Catalogue.UNKNOWN;
      read.add(new ReadAction(action, known ? items.title(row) : "", known));
    }
    return read;
  }

  public List<InspectedItem> candidates() {
    Map<Long, Integer> retrievalRanks = new HashMap<>();
    found.forEach(candidate -> retrievalRanks.put(candidate.id(), retrievalRanks.size() + 1));
    Map<Long, Integer> preRanks = new HashMap<>();
    if (preRanking.trace().ran()) {
      preRanking.ordered().forEach(each -> preRanks.put(each.id(), preRanks.size() + 1));
    }
    Map<Long, Integer> places = new HashMap<>();
    page.forEach(item -> places.put(item.id(), places.size() + 1));
    List<InspectedItem> inspected = new ArrayList<>(ranked.size());
    for (RankedItem item : ranked) {
      inspected.add(
          new InspectedItem(
              item,
              items.category(items.row(item.id())),
              inspected.size() + 1,
              retrievalRanks.getOrDefault(item.id(), 0),
              preRanks.getOrDefault(item.id(), 0),
              places.getOrDefault(item.id(), 0),
              rule(item.id())));
    }
    return inspected;
  }

  private String rule(long id) {
    Removal.Rule rule = explored.contains(id) ? Removal.Rule.EXPLORATION : removals.get(id);
    return rule == null ? "" : rule.name().toLowerCase(Locale.ROOT);
  }

  /** Ids of the items that a request excludes, by reason. */
  public record Unwanted(Set<Long> excluded, Set<Long> seen, Set<Long> servedBefore) {
    boolean holds(long id) {
      return excluded.contains(id) || seen.contains(id) || servedBefore.contains(id);
    }
  }

  /**
   * Explains why one item is on the page or not. {@code score} returns the model's predictions for
   * a candidate.
   *
   * @param query (queries, itemDim) vectors of the user's queries
   */
  public ItemExplanation judge(
      long id, float[] query, Unwanted unwanted, Function<Candidate, RankedItem> score) {
    float lastFound = found.isEmpty() ? 0 : found.get(found.size() - 1).score();
    float lastShown = page.isEmpty() ? 0 : page.get(page.size() - 1).utility();
    int row = items.row(id);
    if (row == Catalogue.UNKNOWN) {
      return new ItemExplanation(id, "", Verdict.UNKNOWN, 0, 0, lastFound, 0, 0, lastShown, null);
    }
    FloatBuffer vectors = bundle.model().rows();
    float similarity = similarity(vectors, row, query);
    int exactRank =
        1
            + (int)
                IntStream.concat(IntStream.range(0, bundle.catalogue().size()), items.liveRows())
                    .filter(other -> other != row && !unwanted.holds(items.id(other)))
                    .filter(other -> similarity(vectors, other, query) > similarity)
                    .count();
    RankedItem scored = score.apply(new Candidate(id, row, similarity));
    int rank =
        1
            + (int)
                ranked.stream()
                    .filter(item -> item.id() != id && item.utility() > scored.utility())
                    .count();
    return new ItemExplanation(
        id,
        items.title(row),
        verdict(id, unwanted, exactRank),
        exactRank,
        similarity,
        lastFound,
        preRank(id),
        rank,
        lastShown,
        scored);
  }

  /** Returns an item's rank by pre-ranking; 0 if it has none. */
  private int preRank(long id) {
    List<Candidate> ordered = preRanking.ordered();
    return IntStream.range(0, preRanking.trace().ran() ? ordered.size() : 0)
        .filter(place -> ordered.get(place).id() == id)
        .map(place -> place + 1)
        .findFirst()
        .orElse(0);
  }

  private Verdict verdict(long id, Unwanted unwanted, int exactRank) {
    if (unwanted.excluded().contains(id)) {
      return Verdict.EXCLUDED;
    }
    if (unwanted.servedBefore().contains(id)) {
      return Verdict.SERVED_BEFORE;
    }
    if (unwanted.seen().contains(id)) {
      return Verdict.SEEN;
    }
    if (page.stream().anyMatch(item -> item.id() == id)) {
      return explored.contains(id) ? Verdict.EXPLORED : Verdict.ON_PAGE;
    }
    if (removals.get(id) == Removal.Rule.EXPLORATION) {
      return Verdict.DISPLACED;
    }
    if (removals.containsKey(id)) {
      return Verdict.REMOVED_BY_RULE;
    }
    if (ranked.stream().anyMatch(item -> item.id() == id)) {
      return Verdict.BELOW_PAGE;
    }
    if (preRank(id) > preRanking.kept()) {
      return Verdict.REMOVED_BY_PRE_RANKING;
    }
    if (found.stream().anyMatch(item -> item.id() == id)) {
      return Verdict.NOT_SCORED;
    }
    return exactRank <= found.size() ? Verdict.MISSED_BY_INDEX : Verdict.NOT_RETRIEVED;
  }

  /**
   * Returns the cosine of the item and the closest query. {@code queries} holds the queries'
   * vectors one after the other.
   */
  private float similarity(FloatBuffer vectors, int row, float[] queries) {
    int dimension = bundle.model().config().itemDim();
    float best = Float.NEGATIVE_INFINITY;
    for (int from = 0; from < queries.length; from += dimension) {
      float sum = 0;
      for (int i = 0; i < dimension; i++) {
        sum += vectors.get(row * dimension + i) * queries[from + i];
      }
      best = Math.max(best, sum);
    }
    return best;
  }
}
