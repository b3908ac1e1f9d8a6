package io.unipin.serving.pipeline;

import static io.unipin.serving.pipeline.RecommenderFixture.NOW;
import static io.unipin.serving.pipeline.RecommenderFixture.NO_FILES;
import static io.unipin.serving.pipeline.RecommenderFixture.NO_REDIS;
import static io.unipin.serving.pipeline.RecommenderFixture.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierSetup;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.UserKvCache;
import io.unipin.kvcache.tier.FileTier;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.security.Secrets;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares pages whose rows were read from files with pages that are computed without a cache. */
final class RecommenderTierTest {
  private static final int MAX_HISTORY = 200;
  private static final int USERS = 5;
  private static final int STEPS = 120;

  /**
   * The clock advances by this time at each reading. Encoding then seems so slow that reading rows
   * from files always pays.
   */
  private static final long NANOS_PER_LOOK = 1_000_000_000;

  @TempDir static Path shared;
  private static LoadedBundle bundle;

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();
  private final Map<KvReason, Integer> reasons = new EnumMap<>(KvReason.class);
  private final int[] recorded = new int[USERS];

  @BeforeAll
  static void load() {
    TinyBundles.publishLong(shared, "long", MAX_HISTORY, shared.resolve("scratch"));
    bundle = new BundleReader(shared, EngineOptions.cpu()).load("long");
  }

  @AfterAll
  static void unload() {
    bundle.close();
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void pages_withEvictionsAndRestarts_equalThoseWithoutACache(KvType type) throws IOException {
    Random random = new Random(type.bytes());
    try (HistoryStore histories = HistoryStore.open(new HistoryConfig(folder, 256, false))) {
      UserKvCache cache = open(type, histories);
      for (int step = 0; step < STEPS; step++) {
        int user = random.nextInt(USERS);
        if (random.nextInt(3) > 0) {
          record(histories, user, 1 + random.nextInt(recorded[user] == 0 ? 150 : 12));
        }
        if (random.nextInt(20) == 0) {
          cache.close();
          cache = open(type, histories);
        }
        Page page = page(histories, cache, type, user);
        reasons.merge(page.trace().reason(), 1, Integer::sum);
        assertThat(page.trace().degradations()).isEmpty();
        try (UserKvCache none = new UserKvCache(limits(type))) {
          RecommenderFixture.assertEqualItems(
              page(histories, none, type, user).items(), page.items());
        }
        if (random.nextInt(4) > 0) {
          cache.settleTier();
        }
      }
      cache.close();
    }
    assertThat(reasons.get(KvReason.RELOADED)).isGreaterThan(5);
    assertThat(reasons.get(KvReason.RELOADED_PART)).isGreaterThan(5);
    assertThat(reasons).containsKey(KvReason.GROWN);
  }

  /** Returns limits that leave room for two users with full histories. */
  private static KvCacheLimits limits(KvType type) {
    KvLayout layout = bundle.model().config().kvLayout(type);
    long budget = 2 * layout.budgetBytes(layout.maxRows());
    return new KvCacheLimits(budget, Duration.ofHours(1), budget);
  }

  private UserKvCache open(KvType type, HistoryStore histories) throws IOException {
    FileTier tier = FileTier.open(folder.resolve("tier"), 1 << 26, histories.secret());
    return new UserKvCache(limits(type), List.of(new KvTierSetup("file", tier, 1 << 26)));
  }

  private void record(HistoryStore histories, int user, int count) {
    List<ActionEvent> events = new ArrayList<>();
    for (int i = recorded[user]; i < recorded[user] + count; i++) {
      RecordedAction action =
          new RecordedAction(1000 + (i * 7 + user) % 60, List.of("click"), "home", 60_000L * i);
      events.add(new ActionEvent("event" + i, action));
    }
    histories.append("user" + user, events);
    recorded[user] += count;
  }

  private Page page(HistoryStore histories, UserKvCache cache, KvType type, int user) {
    CacheConfig config =
        new CacheConfig(
            new ByteSize(1 << 20),
            new ByteSize(1 << 20),
            type,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            true,
            NO_FILES,
            CacheConfig.Remote.NONE,
            NO_REDIS);
    Recommender recommender =
        new Recommender(
            histories,
            cache,
            Secrets.own(histories.secret()),
            new RecommenderConfig(
                config,
                new RetrievalConfig(20, 0, 1.2, false, 0, 0, 0),
                new RankingConfig(Map.of()),
                new PageConfig(PAGE, 50, 100, Duration.ofHours(1)),
                new DegradationConfig(true, 1.2),
                256),
            () -> NOW);
    UserInput input = new UserInput("user" + user, null, List.of(), "home", NOW);
    StageClock clock = new StageClock(new NoLimit(), () -> nanos.addAndGet(NANOS_PER_LOOK));
    return recommender.retrieveAndRank(bundle, RecommenderFixture.query(input), clock);
  }

  private static final class NoLimit implements CallBudget {
    @Override
    public void check() {}

    @Override
    public Duration remaining() {
      return Duration.ofDays(1);
    }
  }
}
