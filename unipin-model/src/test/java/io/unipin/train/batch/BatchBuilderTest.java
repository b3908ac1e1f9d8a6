package io.unipin.train.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.TrainingBatch;
import io.unipin.model.features.TargetOffsets;
import io.unipin.train.TestLogs;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainingSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {
  private static final int ACTIONS = 30;

  /**
   * Returns a log of one user who acts on all items in order, beginning with item 0. Every third
   * action is not positive.
   */
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
    List<Sequence> all = List.of(new Sequence(0, 0, holdout.trainEnd(0)));
    return BatchBuilder.build(BatchSource.of(log, holdout, config), all, 3);
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
  void classes_byDefault_areAllItemsOfACatalogueThatIsNotLarge() {
    int most = TrainingSettings.MOST_FULL;
    assertThat(batch(shortLog(most)).classes()).hasSize(most + 1);
    assertThat(batch(shortLog(most + 1)).classes()).hasSizeBetween(2000, 4100);
    assertThat(batch(shortLog(ACTIONS), "negatives=5").classes()).hasSizeBetween(2, 8);
  }

  private static FeedLog shortLog(int items) {
    FeedLogBuilder builder = TestLogs.log(items).user("u");
    for (int i = 0; i < 3; i++) {
      builder.action(i, TestLogs.LIKE, 0, 1000L * i);
    }
    return builder.build();
  }

  @Test
  void rareItems_swapped_areTheSameOthersThroughoutTheSequence() {
    FeedLogBuilder builder = TestLogs.log(1000).user("u");
    for (int i = 0; i < ACTIONS; i++) {
      builder.action(i % 3, TestLogs.LIKE, 0, 1000L * i);
    }
    builder.view(0, 1000L * (ACTIONS - 3));
    for (int k = 0; k < 3; k++) {
      builder.impression(k, 0);
    }
    FeedLog log = builder.build();
    TrainingBatch batch = batch(log, "unknownProbability=0", "rareSwap=1e9");
    long[] tokens = batch.tokens().items();
    assertThat(Arrays.stream(tokens, 0, 3)).doesNotContain(0L, 1L, 2L).doesNotHaveDuplicates();
    for (int t = 0; t < batch.length(); t++) {
      assertThat(tokens[t]).as("token %d", t).isEqualTo(tokens[t % 3]);
    }
    assertThat(batch.slate().items()).containsExactly(tokens[0], tokens[1], tokens[2]);
    for (int p = 0; p < batch.targets().at().length; p++) {
      long row = batch.targets().at()[p];
      assertThat(batch.targets().items()[p]).isEqualTo(tokens[(int) row % 3]);
    }
  }

  @Test
  void rareItems_ofHalfAsManyUsers_areSwappedMoreOften() {
    FeedLogBuilder builder = TestLogs.log(1000);
    for (int user = 0; user < 4; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 4; i++) {
        builder.action(i == 0 && user > 1 ? 10 + user : i, TestLogs.LIKE, 0, 1000L * i);
      }
    }
    FeedLog log = builder.build();
    TrainConfig config = TrainConfig.defaults().with("training.rareSwap", "2");
    RareItems rare = new RareItems(log, Holdout.leaveLast(log, 1), config.training());
    Random random = new Random(1);
    int two = 0;
    int four = 0;
    for (int i = 0; i < 10_000; i++) {
      RareItems.Swap swap = rare.swap(random);
      two += swap.of(0) == 0 ? 0 : 1;
      four += swap.of(1) == 1 ? 0 : 1;
      assertThat(swap.of(1000)).isEqualTo(1000);
    }
    assertThat(two).isBetween(4_700, 5_300); // 2 users have it: 2 / (2 + 2)
    assertThat(four).isBetween(3_050, 3_620); // 4 users have it: 2 / (2 + 4)
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
  void slate_ofAViewLargerThanMaxCandidates_isARandomPartInItsPlaces() {
    TrainingBatch batch = batch(log(), "maxCandidates=3");
    assertThat(batch.candidates()).isEqualTo(3);
    long[] positions = batch.slate().positions();
    assertThat(positions).isSorted().doesNotHaveDuplicates();
    assertThat(Arrays.stream(positions)).allMatch(position -> position < 4);
    assertThat(batch.slate().items())
        .containsExactly(Arrays.stream(positions).map(position -> 20 + position).toArray());
    assertThat(batch(log(), "maxCandidates=0").candidates()).isZero();
  }

  @Test
  void batches_ofUsersWithoutActions_haveWhatTheyWereShown() {
    FeedLogBuilder builder = TestLogs.log(ACTIONS);
    builder.user("shown").view(0, 1000).impression(3, TestLogs.LIKE).impression(4, 0);
    builder.user("nobody");
    FeedLog log = builder.build();
    TrainConfig config = TrainConfig.defaults();
    Holdout holdout = Holdout.leaveLast(log, 1);
    List<List<Sequence>> batches = new EpochPlan(log, holdout, config).batches(0);
    assertThat(batches).containsExactly(List.of(new Sequence(0, 0, 0)));
    TrainConfig retrieval = config.with("training.task", "retrieval");
    assertThat(new EpochPlan(log, holdout, retrieval).batches(0)).isEmpty();
    TrainingBatch batch =
        BatchBuilder.build(BatchSource.of(log, holdout, config), batches.get(0), 3);
    assertThat(batch.candidates()).isEqualTo(2);
    assertThat(batch.slate().cuts()).containsOnly(1);
    assertThat(batch.targets().at()).isEmpty();
    assertThat(batch.length()).as("padding, since a model reads at least one token").isEqualTo(1);
  }

  @Test
  void offsets_atTheirBounds_areTheStatedClasses() {
    assertThat(List.of(1, 2, 3, 4, 5, 8, 9, 16).stream().map(TargetOffsets::of))
        .containsExactly(0, 1, 2, 2, 3, 3, 4, 4);
  }
}
