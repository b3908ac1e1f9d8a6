package io.unipin.serving.pipeline;

import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.inspect.Inspector;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.PreRanking;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Trace;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.slate.SlateRules;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Finds, pre-ranks and ranks the candidates of a page, and explains the result. Thread-safe. */
final class PageRanking {
  private final CandidateSearch search;
  private final PreRanker preRanker;
  private final Ranker ranker;

  PageRanking(CandidateSearch search, PreRanker preRanker, Ranker ranker) {
    this.search = search;
    this.preRanker = preRanker;
    this.ranker = ranker;
  }

  /**
   * The ranked candidates of a page.
   *
   * @param found candidates in retrieval's order
   * @param preRanking the found candidates in the order of pre-ranking
   * @param items kept candidates by utility
   */
  record Ranked(List<Candidate> found, PreRanking preRanking, List<RankedItem> items) {
    /** Returns the given report, with a report about pre-ranking added. */
    Trace in(Trace trace) {
      return trace.with(preRanking.trace());
    }

    /** Returns an inspector of the page that slate rules made of these candidates. */
    Inspector inspector(UserSession user, SlateRules.Slated slate) {
      return new Inspector(user.bundle(), user.items(), found, preRanking, items, slate);
    }
  }

  /**
   * Ranks the candidates of a page.
   *
   * @param servedBefore ids of items on earlier pages
   * @param count largest number of candidates to score
   */
  Ranked rank(UserSession user, PageQuery query, long[] servedBefore, int count) {
    Wishes wishes = query.wishes();
    int fetched = preRanker.fetched(user.bundle(), count);
    List<Candidate> found = search.find(user, wishes, servedBefore, fetched);
    PreRanking kept = preRanker.keep(user, found, count);
    return new Ranked(found, kept, ranker.rank(user, kept.candidates(), wishes));
  }

  /** Explains why an item is on a page or not. */
  ItemExplanation judge(
      Inspector inspector, long item, UserSession user, PageQuery query, long[] servedBefore) {
    Wishes wishes = query.wishes();
    Inspector.Unwanted unwanted =
        new Inspector.Unwanted(
            ids(wishes.excluded()),
            wishes.allowSeen() ? Set.of() : ids(user.tokens().seen()),
            ids(servedBefore));
    return inspector.judge(
        item,
        search.queries(user, wishes).vectors(),
        unwanted,
        candidate -> ranker.rank(user, List.of(candidate), wishes).get(0));
  }

  private static Set<Long> ids(long[] ids) {
    return LongStream.of(ids).boxed().collect(Collectors.toSet());
  }

  /** Logs which settings have no effect with a bundle. */
  void check(LoadedBundle bundle) {
    preRanker.check(bundle);
  }
}
