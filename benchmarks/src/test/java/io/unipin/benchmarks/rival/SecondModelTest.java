package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.benchmarks.rival.SecondModel.Pass;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.UserKvCache;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Page;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.StageClock;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.security.Secrets;
import io.unipin.serving.settings.ArmSettings;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecondModelTest {
  private static final int ITEMS = 30;
  private static final Secrets SECRETS = Secrets.own(new byte[32]);
  private static final long NOW = 10_000_000;
  private static final Wishes WISHES = new Wishes(Map.of(), Map.of(), new long[0], false);

  @TempDir Path folder;
  private HistoryStore histories;
  private UserKvCache cache;
  private LoadedBundle bundle;
  private ServerConfig config;

  @BeforeEach
  void open() {
    histories = HistoryStore.open(new HistoryConfig(folder.resolve("history"), 64, false));
    cache = new UserKvCache(new KvCacheLimits(1 << 20, Duration.ofHours(1), 1 << 20));
    bundle = load("one", 1, 1000);
    config =
        ConfigReader.read(
            Map.of(),
            List.of(
                "bundle.folder=" + folder,
                "bundle.name=one",
                "history.limit=64",
                "retrieval.candidates=20",
                "page.size=5"));
    List<ActionEvent> events =
        IntStream.range(0, 6)
            .mapToObj(i -> new ActionEvent("event" + i, action(1000 + i, 60_000L * i)))
            .toList();
    histories.append("u", events);
  }

  @AfterEach
  void close() {
    assertThat(cache.stats().leases()).isZero();
    bundle.close();
    cache.close();
    histories.close();
  }

  private static RecordedAction action(long item, long timeMs) {
    return new RecordedAction(item, List.of("click"), "home", timeMs);
  }

  private LoadedBundle load(String name, long seed, long firstId) {
    Path model = folder.resolve("model-" + name);
    List<String> actions = List.of("click", "save");
    ModelWriter.writeRandom(
        model,
        new ModelConfig(ITEMS, 0, 8, 16, 2, 2, 2, 32, 16, actions, actions, List.of("home")),
        seed);
    Catalogue items =
        Catalogue.of(
            IntStream.range(0, ITEMS)
                .mapToObj(
                    i ->
                        new CatalogueItem(
                            firstId + i, "item " + i, "", FeedLog.NO_TIME, new float[0]))
                .toList());
    BundlePublisher.publish(model, items, "exact", folder.resolve(name));
    return new BundleReader(folder, EngineOptions.cpu().withComparison()).load(name);
  }

  private Recommender ranking(LoadedBundle second, Pass pass) {
    return new Recommender(
        histories, cache, SECRETS, ArmSettings.of(config), () -> NOW, SecondModel.of(second, pass));
  }

  private Recommender own() {
    return new Recommender(histories, cache, SECRETS, ArmSettings.of(config), () -> NOW);
  }

  private static StageClock clock() {
    return new StageClock(new NoLimit(), System::nanoTime);
  }

  private static UserInput user(RecordedAction... recent) {
    return new UserInput("u", null, List.of(recent), "home", NOW);
  }

  private static PageQuery query(UserInput user) {
    return new PageQuery("r", user, WISHES, 0, "", 0);
  }

  @Test
  void retrieveAndRank_twoModels_retrievesWithOneAndRanksWithTheOther() {
    try (LoadedBundle second = load("two", 2, 1000)) {
      Recommender two = ranking(second, Pass.SPARSE);
      two.check(bundle);
      for (int visit = 0; visit < 2; visit++) {
        Page page = two.retrieveAndRank(bundle, query(user()), clock());
        long[] ids = page.items().stream().mapToLong(RankedItem::id).toArray();
        RankingQuery same = new RankingQuery("r", user(), WISHES, ids);
        assertEqualItems(own().rank(second, same, clock()).items(), page.items());
        RetrievalQuery retrieval = new RetrievalQuery("r", user(), WISHES, 20);
        assertThat(own().retrieve(bundle, retrieval, clock()).items())
            .extracting(Candidate::id)
            .contains(page.items().stream().map(RankedItem::id).toArray(Long[]::new));
      }
      assertThat(cache.stats().entries()).isEqualTo(2);
    }
  }

  @Test
  void retrieveAndRank_dense_ranksAsFromKeysAndValues() {
    UserInput user = user(action(1003, NOW - 5));
    try (LoadedBundle second = load("two", 2, 1000)) {
      assertEqualItems(
          ranking(second, Pass.SPARSE).retrieveAndRank(bundle, query(user), clock()).items(),
          ranking(second, Pass.DENSE).retrieveAndRank(bundle, query(user), clock()).items());
    }
  }

  @Test
  void refresh_ofBothModels_encodesWhatIsNew() {
    try (LoadedBundle second = load("two", 2, 1000)) {
      Recommender two = ranking(second, Pass.SPARSE);
      two.retrieveAndRank(bundle, query(user()), clock());
      assertThat(two.isResident(bundle, "u")).isTrue();
      histories.append("u", List.of(new ActionEvent("event6", action(1006, 360_000))));
      assertThat(two.refresh(bundle, "u")).isEqualTo(2);
    }
  }

  @Test
  void check_secondModelOfOtherItems_isRefused() {
    try (LoadedBundle second = load("others", 2, 2000)) {
      assertThatThrownBy(() -> ranking(second, Pass.SPARSE).check(bundle))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining(
              "item of row 0 2000 expected as in the second bundle others, got 1000");
    }
  }

  private static void assertEqualItems(List<RankedItem> expected, List<RankedItem> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
      assertThat(actual.get(i).probabilities())
          .containsExactly(expected.get(i).probabilities(), within(1e-5f));
    }
  }

  private static final class NoLimit implements CallBudget {
    @Override
    public void check() {}

    @Override
    public Duration remaining() {
      return Duration.ofMinutes(1);
    }
  }
}
