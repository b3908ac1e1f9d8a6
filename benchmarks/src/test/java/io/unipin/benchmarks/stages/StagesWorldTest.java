package io.unipin.benchmarks.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.counts.CountQuery;
import io.unipin.counts.CountedRanking;
import io.unipin.model.EngineOptions;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagesWorldTest {
  private static final ModelConfig SHAPE =
      new ModelConfig(
          300,
          0,
          8,
          16,
          1,
          2,
          2,
          32,
          20,
          List.of("click", "save", "hide"),
          List.of("click", "save"),
          List.of("home"));

  @TempDir Path folder;

  @Test
  void publish_oneOfTwoEqualBundles_countsAndPreRanks() throws Exception {
    CountedRanking counts =
        new StagesWorld(SHAPE, folder.resolve("bundles"), 50).publish("exact", folder);
    BundleReader reader = new BundleReader(folder.resolve("bundles"), EngineOptions.cpu());
    try (LoadedBundle plain = reader.load(StagesWorld.PLAIN);
        LoadedBundle counted = reader.load(StagesWorld.COUNTED)) {
      assertThat(plain.counts()).isEmpty();
      assertThat(plain.preRank()).isEmpty();
      assertThat(counted.counts()).isPresent();
      assertThat(counted.preRank()).isPresent();
      assertThat(plain.model().itemVectors()).isEqualTo(counted.model().itemVectors());
    }
    float[] probabilities = {0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f};
    int[] last = {0, 1, 2};
    counts.apply(new CountQuery(0, 0, last, new int[4]), new int[] {0, 299}, probabilities);
    assertThat(probabilities[0]).isNotEqualTo(0.1f).isNotEqualTo(probabilities[3]);
  }
}
