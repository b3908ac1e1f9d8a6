package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.redis.RedisTierConfig;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.security.Secrets;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recommender over a tiny bundle, with a history store, a cache, and helpers that make requests.
 */
abstract class RecommenderFixture {
  static final long NOW = 10_000_000;
  static final int PAGE = 5;

  static final RetrievalConfig RETRIEVAL = new RetrievalConfig(20, 0, 1.2, false, 0, 0, 0);

  /** The time of all requests in nanoseconds. Each reading of a clock advances it. */
  static final AtomicLong TIME = new AtomicLong();

  static final CallBudget NO_LIMIT = new CountdownBudget(Integer.MAX_VALUE);

  static final CacheFileConfig NO_FILES =
      new CacheFileConfig(Path.of(""), new ByteSize(1L << 30), new ByteSize(1 << 26));

  static final RedisTierConfig NO_REDIS =
      new RedisTierConfig(
          "",
          false,
          "",
          "",
          "",
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofDays(1),
          new ByteSize(1 << 26));

  @TempDir static Path shared;
  static LoadedBundle bundle;

  @TempDir Path folder;
  HistoryStore histories;
  UserKvCache cache;
  public Recommender recommender;

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
    cache = new UserKvCache(new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 20));
    recommender = recommender(cache);
  }

  @AfterEach
  void close() {
    assertThat(cache.stats().leases()).isZero();
    assertThat(cache.stats().leasedBytes()).isZero();
    cache.close();
    histories.close();
  }

  public Recommender recommender(UserKvCache cache) {
    return recommender(cache, RETRIEVAL);
  }

  public Recommender recommender(UserKvCache cache, RetrievalConfig retrieval) {
    return new Recommender(
        histories,
        cache,
        Secrets.own(histories.secret()),
        settings(retrieval, new RankingConfig(Map.of())),
        () -> NOW);
  }

  static RecommenderConfig settings(RetrievalConfig retrieval, RankingConfig ranking) {
    CacheConfig config =
        new CacheConfig(
            new ByteSize(1 << 20),
            new ByteSize(1 << 20),
            KvType.FLOAT32,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            true,
            NO_FILES,
            CacheConfig.Remote.NONE,
            NO_REDIS);
    return new RecommenderConfig(
        config,
        retrieval,
        ranking,
        new PageConfig(PAGE, 50, 100, Duration.ofHours(1)),
        new DegradationConfig(true, 1.2),
        64);
  }

  Page uncached(String user) {
    try (UserKvCache fresh =
        new UserKvCache(new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 20))) {
      return page(recommender(fresh), bundle, user);
    }
  }

  static Page page(Recommender recommender, LoadedBundle asked, String user) {
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    return recommender.retrieveAndRank(asked, query(input), clock(NO_LIMIT));
  }

  Page page(String user, String cursor) {
    return page(user, cursor, new Wishes(Map.of(), Map.of(), new long[0], false), 0);
  }

  Page page(String user, String cursor, Wishes wishes, int size) {
    UserInput input = new UserInput(user, null, List.of(), "home", NOW);
    PageQuery query = new PageQuery("r", input, wishes, size, cursor, 0);
    return recommender.retrieveAndRank(bundle, query, clock(NO_LIMIT));
  }

  static PageQuery query(UserInput user) {
    return new PageQuery("r", user, new Wishes(Map.of(), Map.of(), new long[0], false), 0, "", 0);
  }

  static StageClock clock(CallBudget budget) {
    return new StageClock(budget, () -> TIME.addAndGet(1000));
  }

  void record(String user, int from, int to) {
    List<ActionEvent> events = new ArrayList<>();
    List<RecordedAction> actions = actions(from, to);
    for (int i = from; i < to; i++) {
      events.add(new ActionEvent("event" + i, actions.get(i - from)));
    }
    histories.append(user, events);
  }

  static List<RecordedAction> actions(int from, int to) {
    List<RecordedAction> actions = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String action = TinyBundles.ACTIONS.get(i % TinyBundles.ACTIONS.size());
      actions.add(new RecordedAction(1000 + i % 12, List.of(action), "home", 60_000L * i));
    }
    return actions;
  }

  static void assertEqualItems(List<RankedItem> expected, List<RankedItem> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
      assertThat(actual.get(i).utility()).isCloseTo(expected.get(i).utility(), within(1e-5f));
      assertThat(actual.get(i).probabilities())
          .containsExactly(expected.get(i).probabilities(), within(1e-5f));
    }
  }

  /** A budget that is used up at the n-th check. */
  static final class CountdownBudget implements CallBudget {
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
