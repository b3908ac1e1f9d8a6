package io.unipin.model;

import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Int8Test {
  private static final long SEED = 5;
  private static final int MAX_HISTORY = 152;
  private static final RequestContext CONTEXT = new RequestContext(1, 5);

  /**
   * Bound of the error that rounding causes. Eight bits keep two to three decimal digits of an
   * activation.
   */
  private static final float ROUNDING = 0.05f;

  @TempDir static Path folder;
  @TempDir static Path unobserved;

  private static ModelConfig config;
  private static ServingModel exact;
  private static ServingModel model;

  @BeforeAll
  static void load() {
    config = TestModels.config(4, 2, MAX_HISTORY);
    TestModels.serving(unobserved, config, SEED).close();
    exact = TestModels.serving(folder, config, SEED);
    Random random = new Random(SEED);
    List<TokenSequence> histories = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      histories.add(TokenSequence.of(TestModels.actions(random, random.nextInt(MAX_HISTORY + 1))));
    }
    ModelWriter.observe(folder, histories, CONTEXT);
    model = ServingModel.load(folder, EngineOptions.cpu(Precision.INT8));
  }

  @AfterAll
  static void close() {
    exact.close();
    model.close();
  }

  private static int capacity() {
    return config.kvLayout(KvType.FLOAT32).capacityFor(1 + MAX_HISTORY);
  }

  private static float[] score(ServingModel model, TokenSequence tokens, int[] slate, int cut) {
    HostRows block = TestModels.block(config, KvType.FLOAT32, capacity());
    if (cut > 0) {
      List<UserAction> none = List.of();
      TokenSequence first = cut == 1 ? TokenSequence.of(none) : head(tokens, cut - 1);
      model.extend(first, 0, block);
    }
    model.extend(tokens, cut, block);
    return model.score(block, 1 + tokens.size(), slate, CONTEXT);
  }

  private static TokenSequence head(TokenSequence tokens, int count) {
    return new TokenSequence(
        Arrays.copyOf(tokens.items(), count),
        Arrays.copyOf(tokens.actions(), count),
        Arrays.copyOf(tokens.surfaces(), count),
        Arrays.copyOf(tokens.gaps(), count));
  }

  @Test
  void score_isNearFloat32_butNotEqual() {
    Random random = new Random(SEED + 1);
    float largest = 0;
    for (int round = 0; round < 20; round++) {
      TokenSequence tokens = TokenSequence.of(TestModels.actions(random, random.nextInt(150)));
      int[] slate = TestModels.candidates(random, 20);
      float[] expected = score(exact, tokens, slate, 0);
      largest = Math.max(largest, largestDifference(score(model, tokens, slate, 0), expected));
    }
    assertThat(largest).isBetween(1e-5f, ROUNDING);
  }

  @Test
  void score_ofOneCandidate_doesNotDependOnItsSlate() {
    Random random = new Random(SEED + 2);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 90));
    int[] slate = TestModels.candidates(random, 70);
    float[] together = score(model, tokens, slate, 0);
    int c = config.actions().size();
    for (int i = 0; i < slate.length; i++) {
      float[] alone = score(model, tokens, new int[] {slate[i]}, 0);
      assertThat(largestDifference(alone, Arrays.copyOfRange(together, i * c, (i + 1) * c)))
          .as("candidate %d", i)
          .isLessThan(1e-3f);
    }
  }

  @Test
  void score_afterAppend_equalsAfterPrefill() {
    Random random = new Random(SEED + 3);
    for (int round = 0; round < 20; round++) {
      TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 1 + random.nextInt(149)));
      int[] slate = TestModels.candidates(random, 20);
      float[] appended = score(model, tokens, slate, 1 + random.nextInt(tokens.size()));
      // The same sum in another order can differ in the last bit. This can change how a number is
      // rounded.
      assertThat(largestDifference(appended, score(model, tokens, slate, 0)))
          .isLessThan(ROUNDING / 5);
    }
  }

  @Test
  void fingerprint_tellsPrecisions() {
    assertThat(model.fingerprint()).isNotEqualTo(exact.fingerprint());
  }

  @Test
  void load_withoutObservedRanges_isRefused() {
    assertThatThrownBy(() -> ServingModel.load(unobserved, EngineOptions.cpu(Precision.INT8)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("ranges of the activations expected");
  }
}
