package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvType;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.pipeline.cost.Cost;
import io.unipin.serving.pipeline.cost.DegradationConfig;
import io.unipin.serving.pipeline.cost.StageCosts;
import io.unipin.serving.pipeline.paging.PageConfig;
import io.unipin.serving.request.Stage;
import io.unipin.settings.ByteSize;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that arms with different models or settings have separate estimates of costs. */
final class ModelCostsTest extends RecommenderFixture {
  private static RecommenderConfig config(int breadth) {
    return new RecommenderConfig(
        new CacheConfig(
            new ByteSize(1 << 20),
            new ByteSize(1 << 20),
            KvType.FLOAT32,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            true,
            NO_FILES,
            CacheConfig.Remote.NONE,
            NO_REDIS),
        new RetrievalConfig(20, breadth, 1.2, false, 0, 0, 0),
        new RankingConfig(Map.of()),
        new PageConfig(PAGE, 50, 100, Duration.ofHours(1)),
        new DegradationConfig(true, 1.2),
        64);
  }

  @Test
  void of_anotherModel_sharesNothing() {
    TinyBundles.publish(shared, "other", "exact", 12, shared.resolve("scratch-other"));
    ModelCosts costs = new ModelCosts(config(0));
    try (LoadedBundle other = new BundleReader(shared, EngineOptions.cpu()).load("other")) {
      StageCosts mine = costs.of(bundle.model()).costs();
      StageCosts others = costs.of(other.model()).costs();
      for (Stage stage : Stage.values()) {
        mine.of(stage).took(100, 1_000_000, 0);
        assertThat(others.of(stage).expected(100, 0)).isEqualTo(Cost.NONE);
      }
    }
  }

  @Test
  void with_otherSettings_sharesWhatDependsOnTheModelAlone() {
    ModelCosts costs = new ModelCosts(config(0));
    StageCosts mine = costs.of(bundle.model()).costs();
    for (Stage stage : Stage.values()) {
      mine.of(stage).took(100, 1_000_000, 0);
    }
    StageCosts arms = costs.with(config(64)).of(bundle.model()).costs();
    assertThat(arms.of(Stage.SEARCH).expected(100, 0)).isEqualTo(Cost.NONE);
    assertThat(arms.of(Stage.SCORE).expected(100, 0)).isEqualTo(Cost.NONE);
    assertThat(arms.of(Stage.ENCODE).expected(100, 0)).isNotEqualTo(Cost.NONE);
    StageCosts same = costs.with(config(0)).of(bundle.model()).costs();
    assertThat(same.of(Stage.SCORE).expected(100, 0)).isNotEqualTo(Cost.NONE);
  }
}
