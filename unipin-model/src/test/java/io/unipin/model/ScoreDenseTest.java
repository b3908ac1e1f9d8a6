package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreDenseTest {
  @TempDir Path folder;

  @Test
  void scoreDense_ofAModelForServing_isRefused() {
    TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(5), 3));
    try (ServingModel model = TestModels.serving(folder, TestModels.config(2, 2, 8), 5)) {
      assertThatThrownBy(() -> model.scoreDense(tokens, new int[1], new RequestContext(1, 4)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a model loaded for comparison expected, got one for serving alone");
    }
  }

  @Test
  void scoreDense_equalsScoringFromKv() {
    ModelConfig config =
        new ModelConfig(
            TestModels.ITEMS,
            0,
            12,
            32,
            3,
            4,
            2,
            40,
            32,
            List.of("click", "save", "hide"),
            List.of("click"),
            List.of("home", "related"));
    ModelWriter.writeRandom(folder, config, 5);
    Random random = new Random(5);
    RequestContext context = new RequestContext(1, 4);
    int capacity = config.kvLayout(KvType.FLOAT32).capacityFor(33);
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu().withComparison())) {
      for (int n : new int[] {0, 1, 30}) {
        TokenSequence tokens = TokenSequence.of(TestModels.actions(random, n));
        int[] candidates = TestModels.candidates(random, 11);
        HostRows block = TestModels.block(config, KvType.FLOAT32, capacity);
        model.extend(tokens, 0, block);
        float[] expected = model.score(block, 1 + n, candidates, context);
        long computing = model.computingNanos();
        float[] actual = model.scoreDense(tokens, candidates, context);
        assertThat(model.computingNanos()).isGreaterThan(computing);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
          assertThat(Math.abs(actual[i] - expected[i])).as("n %d, %d", n, i).isLessThan(1e-4f);
        }
      }
    }
  }
}
