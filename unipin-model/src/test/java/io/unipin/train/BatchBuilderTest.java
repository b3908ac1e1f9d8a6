package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.data.FeedLog;
import io.unipin.data.FeedLogBuilder;
import io.unipin.model.TargetOffsets;
import io.unipin.model.TrainingBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {
  private static final int ACTIONS = 30;

  /** One user who acts on item 0, then 1 and so on; every third action is no positive one. */
  private static FeedLog log() {
    FeedLogBuilder builder = TestLogs.log(ACTIONS).user("u");
    for (int i = 0; i < ACTIONS; i++) {
      long bits = i % 3 == 2 ? TestLogs.HIDE : TestLogs.LIKE | (i % 2 == 0 ? TestLogs.HIDE : 0);
      builder.action(i, bits, 0, 1000L * i);
    }
    builder.view(0, 5500);
    for (int k = 0; k < 4; k++) {
      builder.impression(20 + k, 0);
    }
    return builder.build();
  }

  private static TrainingBatch batch(FeedLog log, String... settings) {
    TrainConfig config = TrainConfig.defaults().with("training.maskProbability", "0");
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      config =
          config.with("training." + setting.substring(0, equals), setting.substring(equals + 1));
    }
    return batch(log, config);
  }

  private static TrainingBatch batch(FeedLog log, TrainConfig config) {
    Holdout holdout = Holdout.leaveLast(log, 1);
    Classes.Source classes = new Classes.Source(log, holdout, config.training());
    List<Sequence> all = List.of(new Sequence(0, 0, holdout.trainEnd(0)));
    return BatchBuilder.build(log, holdout, config, classes, all, 3);
  }

  @Test
  void targets_byDefault_areTheNextPositives() {
    TrainingBatch.Targets targets = batch(log(), "unknownProbability=0").targets();
    for (int p = 0; p < targets.at().length; p++) {
      long row = targets.at()[p];
      assertThat(targets.items()[p]).isEqualTo(row % 3 == 2 ? row + 1 : row);
      assertThat(targets.offsets()[p]).isZero();
    }
    assertThat(targets.at()).hasSize(ACTIONS - 2);
  }

  @Test
  void targets_lookingAhead_sayHowFar() {
    TrainingBatch.Targets targets = batch(log(), "aheadProbability=1").targets();
    int farthest = 0;
    for (int p = 0; p < targets.at().length; p++) {
      int ahead = 0;
      for (long i = targets.at()[p]; i <= targets.items()[p]; i++) {
        ahead += i % 3 == 2 ? 0 : 1;
      }
      farthest = Math.max(farthest, ahead);
      assertThat(targets.offsets()[p]).as("%d ahead", ahead).isEqualTo(TargetOffsets.of(ahead));
    }
    assertThat(farthest).isGreaterThan(8);
  }

  @Test
  void outcomes_whenTold_areOneActionOfTheTargetOrTheirMix() {
    TrainingBatch.Targets targets = batch(log(), "outcomeProbability=1").targets();
    int ofBoth = 0;
    for (int p = 0; p < targets.at().length; p++) {
      float like = targets.outcomes()[2 * p];
      float hide = targets.outcomes()[2 * p + 1];
      assertThat(like + hide).isEqualTo(1);
      if (targets.items()[p] % 2 == 1) {
        assertThat(like).isEqualTo(1);
      }
      ofBoth += like == 0.5f ? 1 : 0;
    }
    assertThat(ofBoth).isPositive();
  }

  @Test
  void batch_ofOneTask_hasNothingOfTheOther() {
    TrainingBatch retrieval = batch(log(), "task=retrieval", "maskProbability=0.9");
    assertThat(retrieval.targets().at()).hasSize(ACTIONS - 2);
    assertThat(retrieval.hidden().at()).isEmpty();
    assertThat(retrieval.candidates()).isZero();
    TrainingBatch ranking = batch(log(), "task=ranking", "maskProbability=0.9");
    assertThat(ranking.targets().at()).isEmpty();
    assertThat(ranking.hidden().at()).isNotEmpty();
    assertThat(ranking.candidates()).isEqualTo(4);
  }

  @Test
  void slate_carriesPlacesOnThePage() {
    TrainingBatch.Slate slate = batch(log()).slate();
    assertThat(slate.positions()).containsExactly(0, 1, 2, 3);
    assertThat(slate.cuts()).containsOnly(7);
  }

  @Test
  void batch_interleaved_asksForEveryActionAtItsItemAndForItemsBehindActions() {
    FeedLog log = log();
    TrainConfig config =
        TrainConfig.defaults()
            .with("model.interleaved", "true")
            .with("training.unknownProbability", "0");
    TrainingBatch batch = batch(log, config);
    assertThat(batch.length()).isEqualTo(2 * (ACTIONS - 2));
    assertThat(batch.tokens().masked()).containsOnly(0);
    for (int a = 0; a < ACTIONS - 2; a++) {
      float like = log.actionBits()[a] & TestLogs.LIKE;
      assertThat(batch.hidden().at()[a]).isEqualTo(2 * a + 1);
      assertThat(batch.hidden().actions()[2 * a]).isEqualTo(like);
      assertThat(batch.tokens().actions()[2 * (2 * a)]).isZero();
      assertThat(batch.tokens().actions()[2 * (2 * a + 1)]).isEqualTo(like);
    }
    assertThat(batch.targets().at()).hasSize(ACTIONS - 2);
    assertThat(Arrays.stream(batch.targets().at())).allMatch(row -> row % 2 == 0);
    assertThat(batch.slate().cuts()).containsOnly(13);
  }

  @Test
  void offsets_atTheirBounds_areTheStatedClasses() {
    assertThat(List.of(1, 2, 3, 4, 5, 8, 9, 16).stream().map(TargetOffsets::of))
        .containsExactly(0, 1, 2, 2, 3, 3, 4, 4);
  }
}
