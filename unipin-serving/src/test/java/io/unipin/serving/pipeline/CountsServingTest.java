package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.counts.CountQuery;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRankTables;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.CountedBundles;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Ranking;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.slate.ExplorationConfig;
import io.unipin.serving.slate.SlateConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the answers of a bundle with tables of counts. Its model is the model of the fixture's
 * bundle.
 */
final class CountsServingTest extends RecommenderFixture {
  private static final int CLICK = 0;
  private static LoadedBundle counted;
  private static CountedRanking own;
  private static CountedRanking newer;

  @BeforeAll
  static void loadCounted() {
    CountTables tables = tables(1);
    CountedBundles.publish(shared, "counted", 11, tables, shared.resolve("scratch"));
    counted = new BundleReader(shared, EngineOptions.cpu()).load("counted");
    own = counted.ownCounts().orElseThrow();
    newer = new CountedRanking(tables(2), own.weights());
  }

  private static CountTables tables(int liked) {
    return CountedBundles.tables(TinyBundles.catalogue(), liked, CountedBundles.UNTIL);
  }

  @AfterAll
  static void unloadCounted() {
    counted.close();
  }

  @BeforeEach
  void useOwn() {
    counted.countBy(own);
  }

  private Ranking rank(LoadedBundle asked, UserInput user, long... items) {
    Wishes none = new Wishes(Map.of(), Map.of(), new long[0], false);
    return recommender.rank(asked, new RankingQuery("r", user, none, items), clock(NO_LIMIT));
  }

  private static UserInput user(List<RecordedAction> recent) {
    return new UserInput("u", null, recent, "home", NOW);
  }

  private static long[] all() {
    return LongStream.range(1000, 1000 + TinyBundles.ITEMS).toArray();
  }

  private static Map<Long, RankedItem> byId(Ranking ranking) {
    Map<Long, RankedItem> items = new HashMap<>();
    ranking.items().forEach(item -> items.put(item.id(), item));
    return items;
  }

  private static List<Long> ids(Page page) {
    return page.items().stream().map(RankedItem::id).toList();
  }

  /** Whether the users of the counted log like an item. See {@link CountedBundles#tables}. */
  private static boolean isLiked(long id, int liked) {
    return (id - 1000) % CountedBundles.EVERY == liked;
  }

  @Test
  void retrieveAndRank_withCounts_ordersByThem() {
    record("u", 0, 6);
    Page plain = page(recommender, bundle, "u");
    Page page = page(recommender, counted, "u");
    assertThat(plain.trace().counts()).isEmpty();
    assertThat(plain.items()).allMatch(item -> item.counted() == 0);
    assertThat(page.trace().counts()).isEqualTo(own.tables().generation());
    assertThat(ids(page)).hasSize(PAGE).isNotEqualTo(ids(plain));
    assertThat(page.items()).filteredOn(item -> isLiked(item.id(), 1)).hasSizeGreaterThan(2);
    assertThat(page.items()).anyMatch(item -> item.counted() != 0);
  }

  @Test
  void retrieveAndRank_newerTables_swapTheOrder() {
    record("u", 0, 6);
    Page before = page(recommender, counted, "u");
    counted.countBy(newer);
    Page after = page(recommender, counted, "u");
    assertThat(after.trace().counts())
        .isEqualTo(newer.tables().generation())
        .isNotEqualTo(before.trace().counts());
    assertThat(ids(after)).isNotEqualTo(ids(before));
    assertThat(before.items()).filteredOn(item -> isLiked(item.id(), 1)).isNotEmpty();
    assertThat(after.items()).filteredOn(item -> isLiked(item.id(), 2)).isNotEmpty();
    assertThat(page(recommender, counted, "u").trace().encodedActions())
        .as("cached state is used with any tables")
        .isZero();
  }

  /** All items have as many impressions in the tables, and none in the server's own counts. */
  @Test
  void exploration_knowsTheImpressionsThatTheTablesCount() {
    record("u", 0, 6);
    assertThat(draws(bundle, CountedBundles.IMPRESSIONS)).isNotEmpty();
    assertThat(draws(counted, CountedBundles.IMPRESSIONS)).isEmpty();
    assertThat(draws(counted, CountedBundles.IMPRESSIONS + 1))
        .isNotEmpty()
        .flatExtracting(draw -> draw.options().subList(1, draw.options().size()))
        .isNotEmpty()
        .allMatch(option -> option.impressions() == CountedBundles.IMPRESSIONS);
  }

  private List<Draw> draws(LoadedBundle asked, int impressionsBelow) {
    RecommenderConfig plain = settings(RETRIEVAL, new RankingConfig(Map.of()));
    ExplorationConfig exploration = new ExplorationConfig(0.5, impressionsBelow, 0.1, 1, 20, false);
    RecommenderConfig explores =
        new RecommenderConfig(
            plain.cache(),
            plain.retrieval(),
            plain.ranking(),
            plain.page(),
            plain.degradation(),
            plain.historyLimit(),
            SlateConfig.NONE.with(exploration));
    Recommender exploring = recommender.with(explores).with(ImpressionCounts.inMemory(1 << 20));
    return page(exploring, asked, "u").draws().draws();
  }

  /** The oracle applies the tables to the probabilities of the bundle without counts. */
  @Test
  void rank_changesProbabilitiesAsTheTablesSay() {
    List<RecordedAction> actions = actions(0, 9);
    record("u", 0, 9);
    Map<Long, RankedItem> plain = byId(rank(bundle, user(List.of()), all()));
    Map<Long, RankedItem> changed = byId(rank(counted, user(List.of()), all()));
    int[] positives =
        actions.stream()
            .filter(action -> !action.actions().equals(List.of("hide")))
            .mapToInt(action -> (int) (action.itemId() - 1000))
            .toArray();
    assertThat(positives).hasSize(6);
    CountQuery query = own.tables().query(0, positives);
    for (long id : all()) {
      float[] expected = Objects.requireNonNull(plain.get(id)).probabilities().clone();
      own.apply(query, new int[] {(int) (id - 1000)}, expected);
      RankedItem item = Objects.requireNonNull(changed.get(id));
      assertThat(item.probabilities()).containsExactly(expected, within(1e-5f));
      assertThat(item.counted())
          .as("the change of the utility, in which click and save weigh 1")
          .isCloseTo(item.utility() - plain.get(id).utility(), within(1e-5f));
    }
  }

  @Test
  void rank_scoresOfAnItem_areEqualOnEverySlate() {
    record("u", 0, 6);
    Map<Long, RankedItem> together = byId(rank(counted, user(List.of()), all()));
    for (long id : all()) {
      RankedItem alone = rank(counted, user(List.of()), id).items().get(0);
      RankedItem one = Objects.requireNonNull(together.get(id));
      assertThat(alone.probabilities()).containsExactly(one.probabilities(), within(1e-5f));
      assertThat(alone.counted()).isCloseTo(one.counted(), within(1e-5f));
    }
  }

  /** Actions after the end of the tables do not count as the user's own. */
  @Test
  void rank_ownRate_countsActionsBeforeTheTablesEnd() {
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    own.weights().actions().forEach(name -> actions.put(name, own.weights().of(name)));
    actions.put("click", new CountWeights.Action(1, 0, Map.of("own.click", 1f)));
    CountWeights weights = new CountWeights(own.tables().features(), actions);
    counted.countBy(new CountedRanking(own.tables(), weights));
    long until = CountedBundles.UNTIL.toEpochMilli();
    List<RecordedAction> before = new ArrayList<>();
    List<RecordedAction> after = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      before.add(new RecordedAction(1004, List.of("hide"), "home", until - 9 + i));
      after.add(new RecordedAction(1004, List.of("hide"), "home", until + i));
    }
    int[] hides = {9, 0, 0, 9};
    CountQuery query = own.tables().query(0, new int[0], hides);
    float[] expected = rank(bundle, user(before), 1005).items().get(0).probabilities().clone();
    counted.counts().orElseThrow().apply(query, new int[] {5}, expected);
    RankedItem ranked = rank(counted, user(before), 1005).items().get(0);
    assertThat(ranked.probabilities()).containsExactly(expected, within(1e-5f));
    float plain = rank(bundle, user(before), 1005).items().get(0).probabilities()[CLICK];
    assertThat(ranked.probabilities()[CLICK]).isLessThan(plain - 0.05f);
    float[] same = rank(bundle, user(after), 1005).items().get(0).probabilities();
    assertThat(rank(counted, user(after), 1005).items().get(0).probabilities()[CLICK])
        .isCloseTo(same[CLICK], within(1e-5f));
  }

  /** In the counted log, clicks on the item of row 5 follow clicks on the item of row 4. */
  @Test
  void rank_recentAction_countsLikeARecordedOne() {
    RecordedAction click = new RecordedAction(1004, List.of("click"), "home", 1000);
    RecordedAction hide = new RecordedAction(1004, List.of("hide"), "home", 1000);
    float none = counted(List.of());
    assertThat(counted(List.of(click))).isGreaterThan(none);
    assertThat(own.tables().query(0, new int[] {4}).lastPositives()).containsExactly(4);
    assertThat(logitChange(List.of(hide))).isCloseTo(logitChange(List.of()), within(1e-4f));
    assertThat(logitChange(List.of(click))).isGreaterThan(logitChange(List.of()) + 0.1f);
  }

  private float counted(List<RecordedAction> recent) {
    return rank(counted, user(recent), 1005).items().get(0).counted();
  }

  /** Returns by how much counts change the logit, apart from the weight of the model's logit. */
  private float logitChange(List<RecordedAction> recent) {
    double plain = logit(rank(bundle, user(recent), 1005).items().get(0));
    double changed = logit(rank(counted, user(recent), 1005).items().get(0));
    return (float) (changed - own.weights().of("click").slope() * plain);
  }

  private static double logit(RankedItem item) {
    double p = item.probabilities()[CLICK];
    return Math.log(p / (1 - p));
  }

  @Test
  void rank_unknownItemInTheHistory_isNoObstacle() {
    RecordedAction unknown = new RecordedAction(77, List.of("click"), "home", 1000);
    Ranking ranking = rank(counted, user(List.of(unknown)), 1001, 1002);
    assertThat(ranking.trace().unknownItems()).containsExactly(77L);
    assertThat(ranking.trace().counts()).isNotEmpty();
  }

  @Test
  void ranking_countsSwitchedOff_isThatOfThePlainBundle() {
    record("u", 0, 6);
    Recommender off = recommender.with(settings(RETRIEVAL, new RankingConfig(Map.of(), false)));
    Page plain = page(recommender, bundle, "u");
    Page page = page(off, counted, "u");
    assertThat(page.trace().counts()).isEmpty();
    assertEqualItems(plain.items(), page.items());
  }

  @Test
  void inspect_namesTheContribution() {
    record("u", 0, 6);
    UserInput input = new UserInput("u", null, List.of(), "home", NOW);
    Inspection inspection =
        recommender.inspect(counted, query(input), List.of(1030L, 1001L), clock(NO_LIMIT));
    assertThat(inspection.trace().counts()).isEqualTo(own.tables().generation());
    for (ItemExplanation explained : inspection.items()) {
      RankedItem scored = Objects.requireNonNull(explained.scored());
      RankedItem ranked = rank(counted, user(List.of()), explained.id()).items().get(0);
      assertThat(scored.counted()).isCloseTo(ranked.counted(), within(1e-5f)).isNotZero();
    }
  }

  /** Pre-ranking keeps the items with many clicks, by the same tables as ranking. */
  @Test
  void inspect_preRankedByCounts_followsTheTablesInUse() {
    Path scratch = shared.resolve("scratch");
    FeedLog log =
        new FeedLogBuilder(
                new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES),
                TinyBundles.catalogue())
            .user("u")
            .action(3, 1, 0, 1)
            .build();
    PreRankTables known = PreRankTables.of(log, Holdout.timeSplit(log, 10, 20));
    List<FittedPreRank.Feature> clicks =
        List.of(new FittedPreRank.Feature("counts.item.all.click", 100, 0));
    TinyBundles.publishPreRanked(shared, "tabled", 11, known, null, scratch);
    Path model = scratch.resolve("model-tabled");
    new FittedPreRank(1, 1, clicks, 60, 100, 20, 0.5, 0.6).write(model);
    CountedBundles.publish(shared, "chosen", model, TinyBundles.catalogue(), own.tables());
    record("u", 0, 6);
    Recommender preRanked = recommender(cache, new RetrievalConfig(8, 0, 1.2, false, 0, 4, 0));
    UserInput input = new UserInput("u", null, List.of(), "home", NOW);
    try (LoadedBundle chosen = new BundleReader(shared, EngineOptions.cpu()).load("chosen")) {
      for (int liked : List.of(1, 2, 1)) {
        chosen.countBy(liked == 1 ? own : newer);
        assertThat(preRanked.inspect(chosen, query(input), List.of(), clock(NO_LIMIT)).candidates())
            .filteredOn(item -> isLiked(item.item().id(), liked))
            .hasSizeGreaterThan(4);
      }
    }
  }

  /** Replaces the tables at each check between two stages. One generation ranks the whole page. */
  @Test
  void retrieveAndRank_tablesReplacedMeanwhile_usesThoseOfItsBegin() {
    record("u", 0, 6);
    Page before = page(recommender, counted, "u");
    counted.countBy(newer);
    Page after = page(recommender, counted, "u");
    List<String> generations = new ArrayList<>();
    for (int at = 0; at < 6; at++) {
      counted.countBy(own);
      UserInput input = new UserInput("u", null, List.of(), "home", NOW);
      Page page =
          recommender.retrieveAndRank(counted, query(input), clock(new ReplacingBudget(at)));
      boolean old = page.trace().counts().equals(before.trace().counts());
      assertEqualItems((old ? before : after).items(), page.items());
      generations.add(page.trace().counts());
    }
    assertThat(generations)
        .as("before the session opens, the tables count that replace the others")
        .startsWith(after.trace().counts(), before.trace().counts());
  }

  /** A budget without limit. Its n-th check replaces the bundle's tables. */
  private static final class ReplacingBudget implements CallBudget {
    private int left;

    ReplacingBudget(int left) {
      this.left = left;
    }

    @Override
    public void check() {
      if (left-- == 0) {
        counted.countBy(newer);
      }
    }

    @Override
    public Duration remaining() {
      return Duration.ofSeconds(1);
    }
  }
}
