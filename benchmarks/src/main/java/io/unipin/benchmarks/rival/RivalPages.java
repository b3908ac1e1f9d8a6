package io.unipin.benchmarks.rival;

import io.unipin.evaluate.Ranks;
import io.unipin.evaluate.TargetRank;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.evaluate.page.PageCandidates;
import io.unipin.evaluate.page.PageFit;
import io.unipin.evaluate.page.PageRule;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.PageOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pages that a rival retriever and a rival ranker make together. Pages are made and measured in
 * the same way as pages of our model. The retriever finds the same number of candidates. The order
 * of the candidates combines the retriever's scores with the ranker's probabilities, by weights
 * that are fitted to the validation part.
 *
 * @param validation NDCG@10 of validation pages, where the weights for one half of the users are
 *     fitted on the other half
 * @param test positions of the test targets on their pages; a target that is not among the
 *     candidates keeps its rank by retrieval
 */
public record RivalPages(double validation, Ranks test) {
  /** Largest number of users to whose pages the weights are fitted, as for our model. */
  private static final int FITTED = 5000;

  private static final long SEED = 1;

  /** Makes and measures the pages of all users with a held-out target. */
  static RivalPages of(
      SequenceRetriever retriever, CandidateRanker ranker, FeedLog log, Holdout holdout) {
    RivalTargets fitted = RivalTargets.of(log, holdout, Part.VALIDATION).sample(FITTED, SEED);
    List<PageCandidates> pages = new ArrayList<>();
    retriever.score(fitted, (t, scores) -> pages.add(page(fitted, t, scores, ranker)));
    List<String> actions = log.schema().actions();
    Optional<FittedPageOrder> found = PageFit.fit(pages, actions);
    PageOrder order =
        found
            .map(each -> each.order(actions))
            .orElseGet(() -> PageOrder.ofRetrieval(actions.size()));
    double validation =
        found.map(each -> each.pageNdcg10() * each.targets() / fitted.size()).orElse(0.0);
    RivalTargets test = RivalTargets.of(log, holdout, Part.TEST);
    int[] ranks = new int[test.size()];
    retriever.score(
        test,
        (t, scores) -> {
          PageCandidates page = page(test, t, scores, ranker);
          ranks[t] = page.findsTarget() ? page.place(order) : rank(test, t, scores);
        });
    return new RivalPages(validation, new Ranks(ranks));
  }

  private static PageCandidates page(
      RivalTargets targets, int t, float[] scores, CandidateRanker ranker) {
    RetrievalTarget target = targets.targets().get(t);
    Catalogue catalogue = targets.log().catalogue();
    int[] rows = TargetRank.first(scores, target.seen(), catalogue, PageRule.SERVED_CANDIDATES);
    long[] ids = new long[rows.length];
    float[] dots = new float[rows.length];
    int place = -1;
    for (int i = 0; i < rows.length; i++) {
      ids[i] = catalogue.id(rows[i]);
      dots[i] = scores[rows[i]];
      place = rows[i] == target.item() ? i : place;
    }
    float[] probabilities =
        ranker.probabilities(targets.users()[t], target.history(), target.surface(), rows);
    return new PageCandidates(ids, dots, probabilities, place);
  }

  private static int rank(RivalTargets targets, int t, float[] scores) {
    RetrievalTarget target = targets.targets().get(t);
    return TargetRank.of(scores, target.item(), target.seen(), targets.log().catalogue());
  }
}
