package io.unipin.serving.pipeline;

import io.unipin.prerank.Asked;
import io.unipin.prerank.PreRank;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.PreRanking;
import io.unipin.serving.request.Stage;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the candidates that the transformer scores. Retrieval fetches several times as many items
 * as the page scores, and the bundle's {@link PreRank} keeps the best of them. Thread-safe.
 *
 * <p>If the bundle has no weights, retrieval fetches no more items than the page scores, and all of
 * them are kept.
 */
final class PreRanker {
  /** Largest number of items that pre-ranking lets retrieval fetch. */
  static final int MOST_FETCHED = 16_384;

  private static final Logger logger = LoggerFactory.getLogger(PreRanker.class);

  private final RetrievalConfig config;

  PreRanker(RetrievalConfig config) {
    this.config = config;
  }

  private boolean isOn(LoadedBundle bundle) {
    return config.preRank() > 0 && bundle.preRank().isPresent();
  }

  /** Returns the number of items to retrieve for a page that scores {@code count} items. */
  int fetched(LoadedBundle bundle, int count) {
    if (!isOn(bundle)) {
      return count;
    }
    int more = Math.min(count * config.preRank() + config.follows(), MOST_FETCHED);
    return Math.max(count, more);
  }

  /**
   * Keeps the best {@code count} of the found candidates. If at most {@code count} were found, all
   * are kept in retrieval's order, and the stage takes no time.
   */
  PreRanking keep(UserSession user, List<Candidate> found, int count) {
    if (found.size() <= count || !isOn(user.bundle())) {
      return PreRanking.ofAll(found);
    }
    user.clock().enter(Stage.PRE_RANK);
    PreRank rule = user.counts().preRank().orElseThrow();
    int k = found.size();
    float[] dots = new float[k];
    int[] rows = new int[k];
    long[] ids = new long[k];
    for (int i = 0; i < k; i++) {
      Candidate candidate = found.get(i);
      dots[i] = candidate.score();
      rows[i] = candidate.row();
      ids[i] = candidate.id();
    }
    Asked asked = new Asked(user.context().surface(), user.counts().positives(), user.timeMs());
    float[] sums = rule.sums(asked, dots, rows);
    Finite.require("sum of pre-ranking", sums);
    List<Candidate> ordered = Arrays.stream(PreRank.order(sums, ids)).mapToObj(found::get).toList();
    return new PreRanking(rule.text(), ordered, count);
  }

  /** Logs which settings have no effect with a bundle. */
  void check(LoadedBundle bundle) {
    if (config.preRank() > 0 && bundle.preRank().isEmpty()) {
      logger.warn(
          "bundle {} has no weights of pre-ranking: retrieval.preRank {} has no effect",
          bundle.name(),
          config.preRank());
    }
    if (config.follows() > 0 && bundle.follows().isEmpty()) {
      logger.warn(
          "bundle {} does not know which items follow which: retrieval.follows {} has no effect",
          bundle.name(),
          config.follows());
    }
  }
}
