package io.unipin.serving.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.model.EngineOptions;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests pages of a bundle that has its own weights for ordering a page. */
final class PageOrderTest extends RecommenderFixture {
  private static final float SIMILARITY = 0.6f;
  private static final Map<String, Float> WEIGHTS =
      Map.of("click", 0.3f, "save", 0f, "hide", -0.9f);
  private static LoadedBundle ordered;

  @BeforeAll
  static void loadOrdered() {
    TinyBundles.publishOrdered(
        shared,
        "ordered",
        11,
        new FittedPageOrder(SIMILARITY, WEIGHTS, 60, 0.1, 0.2),
        shared.resolve("scratch"));
    ordered = new BundleReader(shared, EngineOptions.cpu()).load("ordered");
  }

  @AfterAll
  static void unloadOrdered() {
    ordered.close();
  }

  private static PageQuery pageQuery(Map<String, Float> weights) {
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    return new PageQuery("r", user, new Wishes(Map.of(), weights, new long[0], false), 0, "", 0);
  }

  private Page page(LoadedBundle asked, Map<String, Float> weights) {
    return recommender.retrieveAndRank(asked, pageQuery(weights), clock(NO_LIMIT));
  }

  private static double utility(RankedItem item) {
    return SIMILARITY * item.retrievalScore()
        + 0.3 * item.probabilities()[0]
        - 0.9 * item.probabilities()[2];
  }

  @Test
  void retrieveAndRank_ofBundleWithOrder_followsIt() {
    record("u", 0, 6);
    Page page = page(ordered, Map.of());
    assertThat(page.items()).hasSize(PAGE);
    double last = Double.POSITIVE_INFINITY;
    for (RankedItem item : page.items()) {
      assertThat((double) item.utility()).isCloseTo(utility(item), within(1e-6));
      assertThat((double) item.utility()).isLessThanOrEqualTo(last);
      last = item.utility();
    }
    assertThat(page.items())
        .extracting(RankedItem::id)
        .as("the same model orders otherwise by its probabilities alone")
        .isNotEqualTo(page(bundle, Map.of()).items().stream().map(RankedItem::id).toList());
  }

  @Test
  void retrieveAndRank_weightsOfTheRequest_replaceTheOrder() {
    record("u", 0, 6);
    Map<String, Float> weights = Map.of("save", 2f);
    List<RankedItem> items = page(ordered, weights).items();
    for (RankedItem item : items) {
      assertThat(item.utility()).isCloseTo(2 * item.probabilities()[1], within(1e-6f));
    }
    assertThat(items)
        .extracting(RankedItem::id)
        .isEqualTo(page(bundle, weights).items().stream().map(RankedItem::id).toList());
  }

  @Test
  void rank_callersItems_weighPositivesAlone() {
    record("u", 0, 4);
    UserInput user = new UserInput("u", null, List.of(), "search", NOW);
    Wishes none = new Wishes(Map.of(), Map.of(), new long[0], false);
    RankingQuery query = new RankingQuery("r", user, none, new long[] {1001, 1002, 1003});
    Ranking ranking = recommender.rank(ordered, query, clock(NO_LIMIT));
    for (RankedItem item : ranking.items()) {
      assertThat(item.utility())
          .isCloseTo(item.probabilities()[0] + item.probabilities()[1], within(1e-6f));
    }
  }

  @Test
  void inspect_namesTheWeights() {
    record("u", 0, 6);
    Inspection inspection =
        recommender.inspect(ordered, pageQuery(Map.of()), List.of(1030L), clock(NO_LIMIT));
    assertThat(inspection.order().similarity()).isEqualTo(SIMILARITY);
    assertThat(inspection.order().probabilities(TinyBundles.ACTIONS)).isEqualTo(WEIGHTS);
    RankedItem best = inspection.candidates().get(0).item();
    assertThat((double) best.utility()).isCloseTo(utility(best), within(1e-6));
    RankedItem asked = requireNonNull(inspection.items().get(0).scored());
    assertThat((double) asked.utility()).isCloseTo(utility(asked), within(1e-6));
  }
}
