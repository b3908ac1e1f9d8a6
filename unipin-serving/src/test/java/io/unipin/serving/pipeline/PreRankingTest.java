package io.unipin.serving.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.model.EngineOptions;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.FollowTable;
import io.unipin.prerank.PreRankTables;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.inspect.InspectedItem;
import io.unipin.serving.inspect.Inspection;
import io.unipin.serving.inspect.ItemExplanation;
import io.unipin.serving.inspect.Verdict;
import io.unipin.serving.items.live.LiveItem;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.PreRankTrace;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.settings.SettingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests pages whose candidates are pre-ranked, and candidates that follow the last positives. */
final class PreRankingTest extends RecommenderFixture {
  private static final int SCORED = 8;
  private static final int FACTOR = 4;
  private static final float POPULARITY = 0.3f;
  private static final float MEAN = 1.25f;
  private static final Wishes SEEN = new Wishes(Map.of(), Map.of(), new long[0], true);

  /** Rows of the positive items of the user: clicks and saves among the first six actions. */
  private static final int[] POSITIVES = {0, 1, 3, 4};

  private static PreRankTables tables;
  private static int[] positives;
  private static LoadedBundle tabled;
  private LoadedBundle weighted;

  @BeforeAll
  static void publish() {
    FeedLog log = log();
    Holdout all = Holdout.timeSplit(log, 1000, 2000);
    tables = PreRankTables.of(log, all);
    positives = TrainingCounts.of(log, all).positives();
    FittedPreRank weights =
        new FittedPreRank(
            1,
            1,
            List.of(new FittedPreRank.Feature("log_popularity", POPULARITY, MEAN)),
            60,
            100,
            20,
            0.5,
            0.6);
    TinyBundles.publishPreRanked(shared, "weighted", 11, tables, weights, scratch());
    TinyBundles.publishPreRanked(shared, "tabled", 11, tables, null, scratch());
    tabled = new BundleReader(shared, EngineOptions.cpu()).load("tabled");
  }

  private static Path scratch() {
    return shared.resolve("scratch");
  }

  @AfterAll
  static void unloadTabled() {
    tabled.close();
  }

  @BeforeEach
  void loadWeighted() {
    weighted = new BundleReader(shared, EngineOptions.cpu().withLiveItems(4)).load("weighted");
    record("u", 0, 6);
  }

  @AfterEach
  void unloadWeighted() {
    weighted.close();
  }

  /** Returns a log in which some items are much more popular than others. */
  private static FeedLog log() {
    FeedLogBuilder builder =
        new FeedLogBuilder(
            new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES),
            TinyBundles.catalogue());
    Random random = new Random(9);
    for (int user = 0; user < 60; user++) {
      builder.user("v" + user);
      for (int i = 0; i < 20; i++) {
        double draw = random.nextDouble();
        builder.action((int) (TinyBundles.ITEMS * draw * draw), 1, 0, i);
      }
    }
    return builder.build();
  }

  private Recommender with(int preRank, int follows) {
    return recommender(cache, new RetrievalConfig(SCORED, 0, 1.2, false, 0, preRank, follows));
  }

  private static PageQuery query(Wishes wishes, String cursor, int candidates) {
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    return new PageQuery("r", user, wishes, 0, cursor, candidates);
  }

  private static Page page(Recommender recommender, LoadedBundle asked, int candidates) {
    return recommender.retrieveAndRank(asked, query(SEEN, "", candidates), clock(NO_LIMIT));
  }

  private Inspection inspect(Recommender recommender, List<Long> items) {
    return recommender.inspect(weighted, query(SEEN, "", 0), items, clock(NO_LIMIT));
  }

  /** Returns the nearest items, best first. */
  private List<Candidate> nearest(LoadedBundle asked, int count) {
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    return with(0, 0)
        .retrieve(asked, new RetrievalQuery("r", user, SEEN, count), clock(NO_LIMIT))
        .items();
  }

  private static double sum(Candidate candidate) {
    int row = candidate.row();
    boolean live = row >= TinyBundles.ITEMS;
    return candidate.score() + POPULARITY * (live ? MEAN : Math.log1p(positives[row]));
  }

  /** Returns the ids of candidates in the order of pre-ranking, by a plain sort. */
  private static List<Long> ordered(List<Candidate> candidates) {
    return candidates.stream()
        .sorted(
            Comparator.comparingDouble(PreRankingTest::sum)
                .reversed()
                .thenComparingLong(Candidate::id))
        .map(Candidate::id)
        .toList();
  }

  @Test
  void inspect_preRanked_scoresTheBestOfTheWiderList() {
    List<Candidate> wider = nearest(weighted, SCORED * FACTOR);
    List<Long> expected = ordered(wider);
    Inspection inspection = inspect(with(FACTOR, 0), List.of());
    assertThat(inspection.candidates())
        .extracting(item -> item.item().id())
        .containsExactlyInAnyOrderElementsOf(expected.subList(0, SCORED))
        .as("not those of retrieval")
        .isNotEqualTo(wider.subList(0, SCORED).stream().map(Candidate::id).sorted().toList());
    for (InspectedItem item : inspection.candidates()) {
      assertThat(item.preRank()).isEqualTo(1 + expected.indexOf(item.item().id()));
      assertThat(wider.get(item.retrievalRank() - 1).id()).isEqualTo(item.item().id());
      assertThat(item.item().retrievalScore())
          .isEqualTo(wider.get(item.retrievalRank() - 1).score());
    }
    assertThat(inspection.trace().preRank())
        .isEqualTo(
            new PreRankTrace(
                "1.000 x retrieval score +0.3000 x log_popularity",
                SCORED * FACTOR,
                SCORED * (FACTOR - 1)));
    assertThat(inspection.nanos()).containsKey(Stage.PRE_RANK);
  }

  @Test
  void retrieveAndRank_preRanked_givesItemsTheSameUtilities() {
    Page page = page(with(FACTOR, 0), weighted, 0);
    assertThat(page.items()).hasSize(PAGE);
    assertThat(page.trace().preRank().removed()).isEqualTo(SCORED * (FACTOR - 1));
    Inspection everything =
        with(0, 0)
            .inspect(weighted, query(SEEN, "", TinyBundles.ITEMS), List.of(), clock(NO_LIMIT));
    for (RankedItem item : page.items()) {
      RankedItem same =
          everything.candidates().stream()
              .map(InspectedItem::item)
              .filter(other -> other.id() == item.id())
              .findFirst()
              .orElseThrow();
      assertThat(item.utility()).isCloseTo(same.utility(), within(1e-5f));
      assertThat(item.probabilities()).containsExactly(same.probabilities(), within(1e-5f));
    }
  }

  @Test
  void retrieveAndRank_nothingToRemove_isThePageWithoutPreRanking() {
    Page expected = page(with(0, 0), weighted, TinyBundles.ITEMS);
    Page page = page(with(FACTOR, 0), weighted, TinyBundles.ITEMS);
    assertEqualItems(expected.items(), page.items());
    assertThat(page.trace().preRank()).isEqualTo(PreRankTrace.NONE);
    Inspection inspection =
        with(FACTOR, 0)
            .inspect(weighted, query(SEEN, "", TinyBundles.ITEMS), List.of(1003L), clock(NO_LIMIT));
    assertThat(inspection.nanos()).doesNotContainKey(Stage.PRE_RANK);
    assertThat(inspection.candidates()).extracting(InspectedItem::preRank).containsOnly(0);
    assertThat(inspection.items().get(0).preRank()).isZero();
  }

  @Test
  void retrieveAndRank_bundleWithoutWeights_isThePageWithoutPreRanking() {
    for (LoadedBundle plain : List.of(bundle, tabled)) {
      with(FACTOR, 3).check(plain);
      assertEqualItems(page(with(0, 0), plain, 0).items(), page(with(FACTOR, 0), plain, 0).items());
      assertThat(page(with(FACTOR, 0), plain, 0).trace().preRank()).isEqualTo(PreRankTrace.NONE);
    }
    assertThat(bundle.preRank()).isEmpty();
    assertThat(bundle.follows()).isEmpty();
    assertThat(tabled.preRank()).isEmpty();
    assertThat(tabled.follows()).isPresent();
    assertEqualItems(page(with(0, 0), bundle, 0).items(), page(with(0, 3), bundle, 0).items());
  }

  /** Each live item has the vector of an item of the bundle. */
  @Test
  void inspect_liveItems_countAsItemsOfMeanFeatures() {
    List<Candidate> before = nearest(weighted, TinyBundles.ITEMS);
    int dimension = weighted.model().config().itemDim();
    List<LiveItem> live = new ArrayList<>();
    float[] rows = new float[3 * dimension];
    for (int i = 0; i < 3; i++) {
      live.add(new LiveItem(5000 + i, 1, "new " + i, "all", "", NOW, 0));
      int from = before.get(5 * i).row() * dimension;
      weighted.model().itemTable().get(from, rows, i * dimension, dimension);
    }
    weighted.add(live, rows);
    List<Long> expected = ordered(nearest(weighted, SCORED * FACTOR));
    Inspection inspection = inspect(with(FACTOR, 0), List.of(5000L, 5001L, 5002L));
    assertThat(inspection.candidates())
        .extracting(item -> item.item().id())
        .containsExactlyInAnyOrderElementsOf(expected.subList(0, SCORED));
    for (ItemExplanation item : inspection.items()) {
      assertThat(item.preRank()).isEqualTo(1 + expected.indexOf(item.id())).isPositive();
    }
  }

  @Test
  void inspect_itemsThatPreRankingRemoved_tellsTheirPlaces() {
    List<Candidate> wider = nearest(weighted, SCORED * FACTOR);
    List<Long> expected = ordered(wider);
    Set<Long> found = new HashSet<>(expected);
    long far =
        LongStream.range(1000, 1000 + TinyBundles.ITEMS)
            .filter(id -> !found.contains(id))
            .findFirst()
            .orElseThrow();
    Inspection inspection =
        inspect(
            with(FACTOR, 0),
            List.of(expected.get(SCORED), expected.get(expected.size() - 1), expected.get(0), far));
    List<ItemExplanation> items = inspection.items();
    assertThat(items.get(0).verdict()).isEqualTo(Verdict.REMOVED_BY_PRE_RANKING);
    assertThat(items.get(0).preRank()).isEqualTo(SCORED + 1);
    assertThat(requireNonNull(items.get(0).scored()).probabilities()).hasSize(3);
    assertThat(items.get(1).verdict()).isEqualTo(Verdict.REMOVED_BY_PRE_RANKING);
    assertThat(items.get(1).preRank()).isEqualTo(SCORED * FACTOR);
    assertThat(items.get(2).verdict()).isIn(Verdict.ON_PAGE, Verdict.BELOW_PAGE);
    assertThat(items.get(2).preRank()).isEqualTo(1);
    assertThat(items.get(3).verdict()).isEqualTo(Verdict.NOT_RETRIEVED);
    assertThat(items.get(3).preRank()).isZero();
  }

  @Test
  void retrieveAndRank_cursorPages_repeatNothing() {
    Recommender preRanked = with(FACTOR, 2);
    Set<Long> served = new HashSet<>();
    String cursor = "";
    for (int p = 0; p < 4; p++) {
      Page page = preRanked.retrieveAndRank(weighted, query(SEEN, cursor, 0), clock(NO_LIMIT));
      assertThat(page.items()).hasSize(PAGE);
      page.items().forEach(item -> assertThat(served.add(item.id())).isTrue());
      cursor = page.nextCursor();
    }
  }

  @Test
  void retrieve_follows_areAmongTheCandidates() {
    FollowTable table = tabled.follows().orElseThrow();
    List<Long> strongest =
        Arrays.stream(table.of(POSITIVES).best(5)).mapToObj(row -> 1000L + row).toList();
    List<Long> alone = ids(nearest(tabled, SCORED));
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    List<Candidate> found =
        with(0, 5)
            .retrieve(tabled, new RetrievalQuery("r", user, SEEN, SCORED), clock(NO_LIMIT))
            .items();
    assertThat(found).hasSize(SCORED);
    assertThat(ids(found)).containsAll(strongest).isNotEqualTo(alone);
    assertThat(ids(found).stream().filter(id -> !strongest.contains(id)))
        .as("the other places belong to the nearest items")
        .allMatch(alone::contains);
    Map<Long, Candidate> all = new HashMap<>();
    nearest(tabled, TinyBundles.ITEMS).forEach(each -> all.put(each.id(), each));
    for (Candidate candidate : found) {
      assertThat(candidate.score())
          .isCloseTo(requireNonNull(all.get(candidate.id())).score(), within(1e-6f));
    }
  }

  @Test
  void retrieve_followersThatMayNotBeShown_areLeftOut() {
    List<Long> strongest =
        Arrays.stream(tables.follows().of(POSITIVES).best(3)).mapToObj(row -> 1000L + row).toList();
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    Wishes without = new Wishes(Map.of(), Map.of(), new long[] {strongest.get(0)}, true);
    weighted.remove(new long[] {strongest.get(1)});
    List<Long> found =
        ids(
            with(0, 8)
                .retrieve(weighted, new RetrievalQuery("r", user, without, SCORED), clock(NO_LIMIT))
                .items());
    assertThat(found)
        .hasSize(SCORED)
        .doesNotContain(strongest.get(0), strongest.get(1))
        .contains(strongest.get(2));
    Wishes unseen = new Wishes(Map.of(), Map.of(), new long[0], false);
    assertThat(
            ids(
                with(0, 8)
                    .retrieve(
                        weighted, new RetrievalQuery("r", user, unseen, SCORED), clock(NO_LIMIT))
                    .items()))
        .doesNotContain(1000L, 1001L, 1002L, 1003L, 1004L, 1005L);
  }

  private static List<Long> ids(List<Candidate> candidates) {
    return candidates.stream().map(Candidate::id).toList();
  }

  @Test
  void fetched_isBounded() {
    PreRanker preRanker = new PreRanker(new RetrievalConfig(200, 0, 1.2, false, 0, 10, 100));
    assertThat(preRanker.fetched(weighted, 200)).isEqualTo(2100);
    assertThat(preRanker.fetched(weighted, 4096)).isEqualTo(PreRanker.MOST_FETCHED);
    assertThat(preRanker.fetched(weighted, 20_000)).isEqualTo(20_000);
    assertThat(preRanker.fetched(bundle, 200)).as("no weights").isEqualTo(200);
    assertThat(
            new PreRanker(new RetrievalConfig(200, 0, 1.2, false, 0, 0, 100))
                .fetched(weighted, 200))
        .as("off")
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1, 2, 11})
  void config_factorOutOfRange_isRefused(int factor) {
    assertThatThrownBy(() -> new RetrievalConfig(200, 0, 1.2, false, 0, factor, 0))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("0 or 3 to 10 expected, got " + factor);
    assertThatThrownBy(() -> new RetrievalConfig(200, 0, 1.2, false, 0, 0, 151))
        .isInstanceOf(SettingException.class);
  }
}
