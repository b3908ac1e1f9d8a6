package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A second model that ranks what the first retrieves. */
final class RecommenderTwoModelsTest extends RecommenderFixture {
  @Test
  void retrieveAndRank_twoModels_retrievesWithOneAndRanksWithTheOther() {
    TinyBundles.publish(shared, "ranker", "exact", 12, shared.resolve("scratch"));
    record("u", 0, 6);
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    try (LoadedBundle second = new BundleReader(shared, EngineOptions.cpu()).load("ranker")) {
      Recommender two = recommender(cache, second);
      two.check(bundle);
      for (int visit = 0; visit < 2; visit++) {
        Page page = two.retrieveAndRank(bundle, query(user), clock(NO_LIMIT));
        long[] ids = page.items().stream().mapToLong(RankedItem::id).toArray();
        RankingQuery same =
            new RankingQuery("r", user, new Wishes(Map.of(), Map.of(), new long[0], false), ids);
        assertEqualItems(recommender.rank(second, same, clock(NO_LIMIT)).items(), page.items());
        RetrievalQuery retrieval = new RetrievalQuery("r", user, same.wishes(), 20);
        assertThat(recommender.retrieve(bundle, retrieval, clock(NO_LIMIT)).items())
            .extracting(Candidate::id)
            .contains(page.items().stream().map(RankedItem::id).toArray(Long[]::new));
      }
      assertThat(cache.stats().entries()).isEqualTo(2);
    }
  }

  @Test
  void retrieveAndRank_dense_ranksAsFromKeysAndValues() {
    TinyBundles.publish(shared, "dense", "exact", 12, shared.resolve("scratch"));
    record("u", 0, 6);
    UserInput user =
        new UserInput(
            "u",
            null,
            List.of(new RecordedAction(1003, List.of("click"), "home", NOW - 5)),
            "home",
            NOW);
    try (LoadedBundle second = new BundleReader(shared, EngineOptions.cpu()).load("dense")) {
      assertEqualItems(
          recommender(cache, second).retrieveAndRank(bundle, query(user), clock(NO_LIMIT)).items(),
          recommender(cache, second, true)
              .retrieveAndRank(bundle, query(user), clock(NO_LIMIT))
              .items());
    }
  }

  @Test
  void check_secondModelOfOtherItems_isRefused() {
    TinyBundles.publish(shared, "others", TinyBundles.otherCatalogue(), shared.resolve("scratch"));
    try (LoadedBundle second = new BundleReader(shared, EngineOptions.cpu()).load("others")) {
      assertThatThrownBy(() -> recommender(cache, second).check(bundle))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining(
              "item of row 0 2000 expected as in ranking.bundle others, got 1000");
    }
  }
}
