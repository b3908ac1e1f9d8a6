package io.unipin.train.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.feedlog.split.Withheld;
import io.unipin.model.TrainingBatch;
import io.unipin.model.features.PagePositions;
import io.unipin.train.TestLogs;
import io.unipin.train.recipe.TrainConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WithheldBatchesTest {
  private static final int ITEMS = 40;
  private static final int MOST = 1000;

  private static TrainConfig config(String... settings) {
    TrainConfig config =
        TrainConfig.defaults()
            .with("model.maxHistory", "16")
            .with("training.maskProbability", "0")
            .with("training.unknownProbability", "0")
            .with("training.maxCandidates", Integer.toString(MOST))
            .with("training.batchActions", "100");
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      config = config.with(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return config;
  }

  /** The catalogue rows of the items in all batches of an epoch, without padding. */
  private static final class Epoch {
    final List<Long> history = new ArrayList<>();
    final List<Long> targets = new ArrayList<>();
    final List<Long> candidates = new ArrayList<>();
    final List<Long> positions = new ArrayList<>();

    Epoch(FeedLog log, Holdout holdout, TrainConfig config, int epoch) {
      BatchSource source = BatchSource.of(log, holdout, config);
      long step = 0;
      for (List<Sequence> sequences : new EpochPlan(log, holdout, config).batches(epoch)) {
        step++;
        TrainingBatch batch = source.batch(sequences, step);
        for (int b = 0; b < sequences.size(); b++) {
          int length = sequences.get(b).to() - sequences.get(b).from();
          for (int i = 0; i < length; i++) {
            history.add(row(batch, batch.tokens().items()[b * batch.length() + i]));
          }
        }
        Arrays.stream(batch.targets().items()).forEach(i -> targets.add(row(batch, i)));
        for (long at : batch.shown().at()) {
          candidates.add(row(batch, batch.slate().items()[(int) at]));
          positions.add(batch.slate().positions()[(int) at]);
        }
      }
    }

    private static long row(TrainingBatch batch, long index) {
      return batch.classes()[(int) index];
    }
  }

  @ParameterizedTest
  @CsvSource({
    "training.negatives=0, training.rareSwap=0, true",
    "training.negatives=5, training.rareSwap=9, true",
    "training.aheadProbability=0.5, training.emptyViewProbability=0.5, true",
    "training.maxCandidates=6, training.rareSwap=1, true",
    "training.negatives=0, training.rareSwap=9, false"
  })
  void batches_ofWholeEpochs_haveNoWithheldItem(String first, String second, boolean views) {
    FeedLog random = TestLogs.random(80, ITEMS, 40, 3);
    FeedLog log = views ? random : TestLogs.withoutViews(random);
    Holdout holdout = Holdout.leaveLast(log, 2).withholding(0.3, 0);
    Withheld withheld = holdout.withheld();
    assertThat(withheld.size()).isEqualTo(12);
    for (int epoch = 0; epoch < 3; epoch++) {
      Epoch all = new Epoch(log, holdout, config(first, second), epoch);
      assertThat(all.history).hasSizeGreaterThan(500);
      assertThat(all.targets).hasSizeGreaterThan(300);
      assertThat(all.candidates.isEmpty()).isNotEqualTo(views);
      for (List<Long> rows : List.of(all.history, all.targets, all.candidates)) {
        assertThat(rows).noneMatch(row -> withheld.contains(row.intValue()));
      }
    }
  }

  @Test
  void batches_ofAnEpoch_haveEverythingElseOfTheTrainingPart() {
    FeedLog log = TestLogs.random(80, ITEMS, 11, 3);
    Holdout holdout = Holdout.leaveLast(log, 2).withholding(0.3, 0);
    List<Long> history = new ArrayList<>();
    List<Long> candidates = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (int i = 0; i < holdout.trainEnd(user); i++) {
        int item = log.actionItems()[log.actionStart(user) + i];
        if (!holdout.withheld().contains(item)) {
          history.add((long) item);
        }
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        int start = log.impressionStart(view);
        for (int i = start; i < log.impressionStart(view + 1); i++) {
          int item = log.impressionItems()[i];
          if (holdout.part(user, view) == Part.TRAIN && !holdout.withheld().contains(item)) {
            candidates.add((long) item);
            positions.add((long) PagePositions.of(i - start));
          }
        }
      }
    }
    Epoch all = new Epoch(log, holdout, config(), 0);
    for (List<Long> rows :
        List.of(history, candidates, positions, all.history, all.candidates, all.positions)) {
      Collections.sort(rows);
    }
    assertThat(all.history).isEqualTo(history);
    assertThat(all.candidates).isEqualTo(candidates);
    assertThat(all.positions).as("places on the page as it was shown").isEqualTo(positions);
  }

  @Test
  void batches_ofAUserWhoSawWithheldItemsAlone_areNone() {
    FeedLog log =
        TestLogs.log(2)
            .user("u")
            .action(0, TestLogs.LIKE, 0, 1)
            .user("v")
            .action(1, TestLogs.LIKE, 0, 1)
            .build();
    for (long seed = 0; seed < 9; seed++) {
      Holdout holdout = Holdout.leaveLast(log, 1).withholding(0.5, seed);
      List<List<Sequence>> batches = new EpochPlan(log, holdout, config()).batches(0);
      int users = batches.stream().mapToInt(List::size).sum();
      assertThat(users).isEqualTo(2 - holdout.withheld().size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void batches_withoutUnseenClasses_letNoWithheldItemCompete(int negatives) {
    FeedLog log = TestLogs.random(80, ITEMS, 40, 3);
    TrainingPart part = TrainingPart.of(log, Holdout.leaveLast(log, 2).withholding(0.3, 0));
    Withheld withheld = part.holdout().withheld();
    TrainConfig config = config("training.unseenClasses=false", "training.negatives=" + negatives);
    boolean[] known = new boolean[ITEMS];
    Arrays.fill(known, true);
    BatchSource source = BatchSource.of(part, config, known);
    for (int item = 0; item < ITEMS; item++) {
      assertThat(source.unseen()[item]).as("item %d", item).isEqualTo(withheld.contains(item));
    }
    long step = 0;
    for (List<Sequence> sequences : new EpochPlan(part, config).batches(0)) {
      step++;
      TrainingBatch batch = source.batch(sequences, step);
      for (int i = 0; i < batch.classes().length; i++) {
        if (withheld.contains((int) batch.classes()[i])) {
          assertThat(batch.classBias()[i]).isEqualTo(Float.NEGATIVE_INFINITY);
          assertThat(batch.rare().kept()[i]).isZero();
        }
      }
    }
  }

  @Test
  void users_ofWithheldItems_areNone() {
    FeedLog log = TestLogs.random(80, ITEMS, 40, 3);
    TrainingPart part = TrainingPart.of(log, Holdout.leaveLast(log, 2).withholding(0.3, 0));
    int[] users = ItemUsers.count(part.log(), part.holdout());
    for (int item = 0; item < ITEMS; item++) {
      boolean isWithheld = part.holdout().withheld().contains(item);
      assertThat(users[item] == 0).as("item %d", item).isEqualTo(isWithheld);
    }
  }
}
