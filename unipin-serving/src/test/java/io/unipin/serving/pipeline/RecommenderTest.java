package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.kvcache.KvCacheConfig;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.HistoryWindow;
import io.unipin.serving.ByteSize;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecommenderTest {
  private static final long NOW = 10_000_000;
  private static final int PAGE = 5;
  private static final CallBudget NO_LIMIT = new CountdownBudget(Integer.MAX_VALUE);

  @TempDir static Path shared;
  private static LoadedBundle bundle;

  @TempDir Path folder;
  private HistoryStore histories;
  private UserKvCache cache;
  private Recommender recommender;

  @BeforeAll
  static void load() {
    TinyBundles.publish(shared, "tiny", "exact", 11, shared.resolve("scratch"));
    bundle = new BundleReader(shared, EngineOptions.cpu()).load("tiny");
  }

  @AfterAll
  static void unload() {
    bundle.close();
  }

  @BeforeEach
  void open() {
    histories = HistoryStore.open(new HistoryConfig(folder, 64, false));
    cache = new UserKvCache(new KvCacheConfig(1 << 20, Duration.ofHours(1), 1 << 20));
    recommender = recommender(cache);
  }

  @AfterEach
  void close() {
    assertThat(cache.stats().leases()).isZero();
    assertThat(cache.stats().leasedBytes()).isZero();
    cache.close();
    histories.close();
  }

  private Recommender recommender(UserKvCache cache) {
    return recommender(cache, null);
  }

  private Recommender recommender(UserKvCache cache, @Nullable LoadedBundle second) {
    return recommender(cache, second, false);
  }

  private Recommender recommender(UserKvCache cache, @Nullable LoadedBundle second, boolean dense) {
    return recommender(cache, second, dense, new RetrievalConfig(20, 0, 1.2, false, 0));
  }

  private Recommender recommender(
      UserKvCache cache, @Nullable LoadedBundle second, boolean dense, RetrievalConfig retrieval) {
    CacheConfig config =
        new CacheConfig(
            new ByteSize(1 << 20),
            new ByteSize(1 << 20),
            KvType.FLOAT32,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            true);
    return new Recommender(
        histories,
        cache,
        new RecommenderConfig(
            config,
            retrieval,
            new RankingConfig(Map.of(), "", dense),
            new PageConfig(PAGE, 50, 100, Duration.ofHours(1)),
            new DegradationConfig(true, 1.2),
            64),
        () -> NOW,
        second);
  }

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
  void retrieve_severalQueries_givesDistinctItemsBestFirst() {
    record("u", 0, 6);
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    Wishes wishes = new Wishes(Map.of("click", 1f, "save", 1f), Map.of(), new long[0], false);
    RetrievalQuery query = new RetrievalQuery("r", user, wishes, 12);
    Recommender several = recommender(cache, null, false, new RetrievalConfig(20, 0, 1.2, true, 4));
    List<Candidate> found = several.retrieve(bundle, query, clock(NO_LIMIT)).items();
    assertThat(found).hasSize(12).doesNotHaveDuplicates();
    assertThat(found).isSortedAccordingTo(Comparator.comparing(Candidate::score).reversed());
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

  @Test
  void retrieveAndRank_sameUserAgain_hitsThenAppends() {
    record("u", 0, 6);
    Page first = page("u", "");
    assertThat(first.trace().cache()).isEqualTo(KvOutcome.PREFILL);
    assertThat(first.trace().historyActions()).isEqualTo(6);
    assertThat(first.trace().encodedActions()).isEqualTo(6);
    assertThat(first.items()).hasSize(PAGE);

    Page second = page("u", "");
    assertThat(second.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(second.trace().encodedActions()).isZero();
    assertEqualItems(first.items(), second.items());

    record("u", 6, 8);
    Page third = page("u", "");
    assertThat(third.trace().cache()).isEqualTo(KvOutcome.APPEND);
    assertThat(third.trace().encodedActions()).isEqualTo(2);
    assertEqualItems(uncached("u").items(), third.items());
  }

  @Test
  void refresh_cachedUser_makesTheNextPageAHit() {
    record("u", 0, 6);
    page("u", "");
    record("u", 6, 9);
    assertThat(recommender.isResident(bundle, "u")).isTrue();
    assertThat(recommender.refresh(bundle, "u")).isEqualTo(3);
    assertThat(recommender.refresh(bundle, "u")).isZero();
    Page page = page("u", "");
    assertThat(page.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(page.trace().encodedActions()).isZero();
    assertEqualItems(uncached("u").items(), page.items());
    assertThat(cache.stats().refreshes()).isEqualTo(1);
  }

  @Test
  void refresh_unknownUser_encodesNothing() {
    record("u", 0, 6);
    assertThat(recommender.isResident(bundle, "u")).isFalse();
    assertThat(recommender.refresh(bundle, "u")).isZero();
    assertThat(cache.stats().entries()).isZero();
  }

  @Test
  void refresh_afterEveryAction_alwaysHits() {
    page("u", "");
    for (int n = 0; n < 3 * TinyBundles.MAX_HISTORY; n++) {
      record("u", n, n + 1);
      recommender.refresh(bundle, "u"); // also where the window moves
      Page page = page("u", "");
      assertThat(page.trace().cache()).isEqualTo(KvOutcome.HIT);
      if (n % 9 == 0) {
        assertEqualItems(uncached("u").items(), page.items());
      }
    }
  }

  @Test
  void retrieveAndRank_anyHistoryLength_equalsUncached() {
    Random random = new Random(5);
    int recorded = 0;
    for (int step = 0; step < 25; step++) {
      int more = random.nextInt(4);
      record("u", recorded, recorded + more);
      recorded += more;
      assertEqualItems(uncached("u").items(), page("u", "").items());
    }
    assertThat(recorded).isGreaterThan(2 * TinyBundles.MAX_HISTORY);
  }

  @Test
  void retrieveAndRank_twoTokensPerAction_equalsUncached() {
    TinyBundles.publishInterleaved(shared, "interleaved", shared.resolve("scratch"));
    try (LoadedBundle two = new BundleReader(shared, EngineOptions.cpu()).load("interleaved")) {
      for (int n = 0; n < TinyBundles.MAX_HISTORY; n++) {
        record("u", n, n + 1);
        Page page = page(recommender, two, "u");
        assertThat(page.trace().historyActions())
            .isEqualTo(n + 1 - HistoryWindow.start(n + 1, TinyBundles.MAX_HISTORY / 2));
        assertEqualItems(uncached(two, "u").items(), page.items());
      }
    }
  }

  @Test
  void retrieveAndRank_unknownUser_isServed() {
    Page page = page("nobody", "");
    assertThat(page.items()).hasSize(PAGE);
    assertThat(page.trace().historyActions()).isZero();
  }

  @Test
  void retrieveAndRank_pages_neverRepeat() {
    record("u", 0, 5);
    Set<Long> served = new HashSet<>();
    String cursor = "";
    int pages = 0;
    do {
      Page page = page("u", cursor);
      for (RankedItem item : page.items()) {
        assertThat(served.add(item.id())).isTrue();
      }
      cursor = page.nextCursor();
      record("u", 5 + pages, 6 + pages);
      pages++;
    } while (!cursor.isEmpty());
    assertThat(pages).isGreaterThan(5);
  }

  @Test
  void retrieveAndRank_seenAndExcluded_areLeftOut() {
    record("u", 0, 12);
    Page page = page("u", "", new Wishes(Map.of(), Map.of(), new long[] {1030, 1031}, false), 50);
    assertThat(page.items())
        .extracting(RankedItem::id)
        .allSatisfy(id -> assertThat(id).isGreaterThanOrEqualTo(1012))
        .doesNotContain(1030L, 1031L)
        .hasSize(TinyBundles.ITEMS - 14);
    assertThat(page.nextCursor()).isEmpty();
    Wishes all = new Wishes(Map.of(), Map.of(), new long[0], true);
    assertThat(page("u", "", all, 50).items()).hasSize(50);
  }

  @Test
  void retrieveAndRank_categoriesAndAge_areKept() {
    Wishes all = wishes(Set.of("all", "other"), 0);
    assertThat(page("u", "", all, 50).items()).hasSize(50);
    assertThat(page("u", "", wishes(Set.of("other"), 0), 50).items()).isEmpty();
    // No item of the catalogue has a known age.
    assertThat(page("u", "", wishes(Set.of(), NOW - 1), 50).items()).isEmpty();
  }

  private static Wishes wishes(Set<String> categories, long createdSinceMs) {
    return new Wishes(Map.of(), Map.of(), new long[0], true, categories, createdSinceMs);
  }

  @Test
  void retrieveAndRank_recentActions_countAsRecordedAndStayPrivate() {
    for (int stored : new int[] {0, 3, 14, 16, 17, 20}) {
      String user = "user" + stored;
      record(user, 0, stored);
      page(user, "");
      UserInput input = new UserInput(user, null, actions(stored, stored + 3), "home", NOW);
      Page ahead = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
      UserInput again = new UserInput(user, null, List.of(), "home", NOW);
      recommender.retrieveAndRank(bundle, query(again), clock(NO_LIMIT));
      record(user, stored, stored + 3);
      assertEqualItems(page(user, "").items(), ahead.items());
    }
  }

  @Test
  void retrieveAndRank_wholeHistory_replacesStored() {
    record("u", 0, 4);
    UserInput input =
        new UserInput("u", new RequestedHistory(actions(20, 25), 40), List.of(), "home", NOW);
    Page given = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
    assertThat(given.trace().historyActions()).isEqualTo(5);
    Page again = recommender.retrieveAndRank(bundle, query(input), clock(NO_LIMIT));
    assertThat(again.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertEqualItems(given.items(), again.items());
  }

  @Test
  void rank_callersItems_ordersKnownAndNamesUnknown() {
    record("u", 0, 4);
    UserInput user = new UserInput("u", null, List.of(), "search", NOW);
    RankingQuery query =
        new RankingQuery(
            "r",
            user,
            new Wishes(Map.of(), Map.of("hide", -1f), new long[0], false),
            new long[] {1001, 7, 1002, 1003});
    Ranking ranking = recommender.rank(bundle, query, clock(NO_LIMIT));
    assertThat(ranking.items())
        .extracting(RankedItem::id)
        .containsExactlyInAnyOrder(1001L, 1002L, 1003L);
    assertThat(ranking.trace().unknownItems()).containsExactly(7L);
    for (RankedItem item : ranking.items()) {
      assertThat(item.utility()).isEqualTo(-item.probabilities()[2]);
      RankingQuery alone = new RankingQuery("r", user, query.wishes(), new long[] {item.id()});
      assertThat(recommender.rank(bundle, alone, clock(NO_LIMIT)).items().get(0).utility())
          .isCloseTo(item.utility(), within(1e-5f));
    }
  }

  @Test
  void retrieve_returnsBestFirst() {
    UserInput user = new UserInput("u", null, List.of(), "home", NOW);
    Wishes wishes = new Wishes(Map.of("save", 1f), Map.of(), new long[0], false);
    Retrieval retrieval =
        recommender.retrieve(bundle, new RetrievalQuery("r", user, wishes, 7), clock(NO_LIMIT));
    assertThat(retrieval.items()).hasSize(7);
    List<Float> scores = retrieval.items().stream().map(Candidate::score).toList();
    assertThat(scores).isSortedAccordingTo((one, other) -> Float.compare(other, one));
  }

  @Test
  void retrieveAndRank_unknownHistoryItem_isNamed() {
    RecordedAction odd = new RecordedAction(5, List.of("never-heard"), "nowhere", 1);
    histories.append("u", List.of(new ActionEvent("e", odd)));
    Page page = page("u", "");
    assertThat(page.trace().unknownItems()).containsExactly(5L);
    assertThat(page.trace().historyActions()).isEqualTo(1);
  }

  @Test
  void retrieveAndRank_stoppedAtAnyStage_leavesNoLeaseAndStaysRight() {
    for (int checks = 0; checks < 8; checks++) {
      String user = "user" + checks;
      record(user, 0, 5);
      UserInput input = new UserInput(user, null, actions(5, 6), "home", NOW);
      StageClock clock = clock(new CountdownBudget(checks));
      assertThatThrownBy(() -> recommender.retrieveAndRank(bundle, query(input), clock))
          .isInstanceOfSatisfying(
              ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.DEADLINE));
      // Every native call stands in a stage of its own: none began after the check that stopped the
      // request.
      assertThat(clock.spent()).hasSizeLessThanOrEqualTo(checks);
      assertThat(cache.stats().leases()).isZero();
      assertEqualItems(uncached(user).items(), page(user, "").items());
    }
  }

  /** Every stage takes 10 ms; k = 20 candidates are scored where there is time. */
  @Test
  void retrieveAndRank_littleTime_takesTheStepsOfTheLadderAndNamesThem() {
    record("a", 0, 5);
    Page whole = hurried("a", 1000);
    assertThat(whole.trace().degradations()).isEmpty();
    assertEqualItems(whole.items(), hurried("a", 13).items());

    Page fewer = hurried("a", 9);
    assertThat(fewer.trace().degradations()).containsExactly("fewer_candidates");
    assertThat(fewer.trace().cache()).isEqualTo(KvOutcome.HIT);
    assertThat(fewer.items()).hasSize(PAGE).allMatch(item -> item.probabilities().length == 3);

    Page unscored = hurried("a", 1);
    assertThat(unscored.trace().degradations()).containsExactly("retrieval_scores");
    assertThat(unscored.items())
        .hasSize(PAGE)
        .allMatch(item -> item.probabilities().length == 0)
        .allMatch(item -> item.utility() == item.retrievalScore())
        .isSortedAccordingTo((one, other) -> Float.compare(other.utility(), one.utility()));
  }

  @Test
  void retrieveAndRank_noTimeForTheHistory_readsTheNewestAndKeepsNothing() {
    record("a", 0, 5);
    hurried("a", 1000);
    record("b", 0, 12);
    Page shorter = hurried("b", 50);
    assertThat(shorter.trace().degradations()).containsExactly("shorter_history");
    assertThat(shorter.trace().historyActions()).isEqualTo(6);
    assertThat(shorter.trace().cache()).isEqualTo(KvOutcome.UNCACHED);
    assertThat(cache.stats().entries()).isEqualTo(1);
    assertThat(cache.stats().leases()).isZero();
    Page whole = page("b", "");
    assertThat(whole.trace().cache()).isEqualTo(KvOutcome.PREFILL);
    assertThat(whole.trace().historyActions()).isEqualTo(12);
    assertEqualItems(uncached("b").items(), whole.items());

    assertThatThrownBy(() -> hurried("c", 20))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.DEADLINE));
    assertThat(cache.stats().leases()).isZero();
  }

  /** A page for a caller with this much time left all along, by a clock on which every stage takes 10 ms. */
  private Page hurried(String user, int remainingMs) {
    AtomicLong nanos = new AtomicLong();
    CallBudget budget =
        new CallBudget() {
          @Override
          public void check() {}

          @Override
          public Duration remaining() {
            return Duration.ofMillis(remainingMs);
          }
        };
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    return recommender.retrieveAndRank(
        bundle, query(input), new StageClock(budget, () -> nanos.addAndGet(10_000_000)));
  }

  @Test
  void retrieveAndRank_noRoomForState_isOverloaded() {
    try (UserKvCache none = new UserKvCache(new KvCacheConfig(0, Duration.ofHours(1), 0))) {
      UserInput user = new UserInput("u", null, List.of(), "home", NOW);
      assertThatThrownBy(
              () -> recommender(none).retrieveAndRank(bundle, query(user), clock(NO_LIMIT)))
          .isInstanceOfSatisfying(
              ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.OVERLOADED));
    }
  }

  private Page uncached(String user) {
    return uncached(bundle, user);
  }

  private Page uncached(LoadedBundle asked, String user) {
    try (UserKvCache fresh =
        new UserKvCache(new KvCacheConfig(1 << 20, Duration.ofHours(1), 1 << 20))) {
      return page(recommender(fresh), asked, user);
    }
  }

  private static Page page(Recommender recommender, LoadedBundle asked, String user) {
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    return recommender.retrieveAndRank(asked, query(input), clock(NO_LIMIT));
  }

  private Page page(String user, String cursor) {
    return page(user, cursor, new Wishes(Map.of(), Map.of(), new long[0], false), 0);
  }

  private Page page(String user, String cursor, Wishes wishes, int size) {
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    PageQuery query = new PageQuery("r", input, wishes, size, cursor, 0);
    return recommender.retrieveAndRank(bundle, query, clock(NO_LIMIT));
  }

  private static PageQuery query(UserInput user) {
    return new PageQuery("r", user, new Wishes(Map.of(), Map.of(), new long[0], false), 0, "", 0);
  }

  private static StageClock clock(CallBudget budget) {
    return new StageClock(budget, System::nanoTime);
  }

  private void record(String user, int from, int to) {
    List<ActionEvent> events = new ArrayList<>();
    List<RecordedAction> actions = actions(from, to);
    for (int i = from; i < to; i++) {
      events.add(new ActionEvent("event" + i, actions.get(i - from)));
    }
    histories.append(user, events);
  }

  private static List<RecordedAction> actions(int from, int to) {
    List<RecordedAction> actions = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String action = TinyBundles.ACTIONS.get(i % TinyBundles.ACTIONS.size());
      actions.add(new RecordedAction(1000 + i % 12, List.of(action), "home", 60_000L * i));
    }
    return actions;
  }

  private static void assertEqualItems(List<RankedItem> expected, List<RankedItem> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
      assertThat(actual.get(i).utility()).isCloseTo(expected.get(i).utility(), within(1e-5f));
      assertThat(actual.get(i).probabilities())
          .containsExactly(expected.get(i).probabilities(), within(1e-5f));
    }
  }

  /** Runs out at the n-th look. */
  private static final class CountdownBudget implements CallBudget {
    private int left;

    CountdownBudget(int left) {
      this.left = left;
    }

    @Override
    public void check() {
      if (left-- == 0) {
        throw new ServingException(FailureKind.DEADLINE, "late");
      }
    }

    @Override
    public Duration remaining() {
      return Duration.ofSeconds(1);
    }
  }
}
