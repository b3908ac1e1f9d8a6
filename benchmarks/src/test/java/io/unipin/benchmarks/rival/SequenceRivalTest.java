package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.evaluate.Ranks;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.train.recipe.TrainException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequenceRivalTest {
  private static final SequenceShape SHAPE = new SequenceShape(PlantedLog.ITEMS, 32, 1, 2, 16);
  private static final Duration ENOUGH = Duration.ofDays(1);

  private static SequenceTraining training(int epochs, Duration limit) {
    return new SequenceTraining(epochs, epochs, 64, 0.01f, 0.1f, 20, 1000, limit);
  }

  private static double loss(String line) {
    String text = line.substring(line.indexOf("loss ") + 5);
    return Double.parseDouble(text.substring(0, text.indexOf(',')));
  }

  @ParameterizedTest
  @EnumSource(SequenceKind.class)
  void train_plantedSequence_ranksTheNextItemFirst(SequenceKind kind) {
    FeedLog log = PlantedLog.of(1);
    SequenceRival rival = new SequenceRival(kind, log, Holdout.leaveLast(log, 2), SHAPE);
    List<String> said = new ArrayList<>();
    SequenceRival.Trained trained = rival.train(training(15, ENOUGH), 1, said::add);
    Ranks ranks = rival.test(trained.tensors());
    assertThat(ranks.users()).isEqualTo(PlantedLog.USERS);
    assertThat(ranks.hr(1)).isGreaterThan(0.95);
    assertThat(loss(said.get(said.size() - 1))).isLessThan(loss(said.get(0)) / 3);
    assertThat(trained.validation()).isGreaterThan(0.95);
    assertThat(trained.epochs()).isEqualTo(said.size());
  }

  @Test
  void train_twice_isAFunctionOfTheSeed() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    SequenceRival rival = new SequenceRival(SequenceKind.HSTU, log, holdout, SHAPE);
    SequenceRival.Trained one = rival.train(training(2, ENOUGH), 1, line -> {});
    SequenceRival.Trained two = rival.train(training(2, ENOUGH), 1, line -> {});
    assertThat(two.validation()).isEqualTo(one.validation());
    assertThat(rival.test(two.tensors()).toArray()).isEqualTo(rival.test(one.tensors()).toArray());
  }

  @Test
  void train_noTimeLeft_keepsTheFirstWeights() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    SequenceRival rival = new SequenceRival(SequenceKind.SASREC_FULL, log, holdout, SHAPE);
    SequenceRival.Trained trained = rival.train(training(5, Duration.ZERO), 1, line -> {});
    assertThat(trained.epochs()).isZero();
    assertThat(rival.test(trained.tensors()).hr(1)).isLessThan(0.5);
  }

  @Test
  void training_histories_haveEachTargetOnceAndNoHiddenItem() {
    FeedLog log = PlantedLog.of(1);
    Holdout holdout = Holdout.leaveLast(log, 2);
    int most = 4;
    List<SequenceHistory> histories = SequenceHistory.training(TrainingPart.of(log, holdout), most);
    int targets = 0;
    for (SequenceHistory history : histories) {
      assertThat(history.size()).isBetween(2, most + 1);
      targets += history.size() - 1;
      for (int i = 1; i < history.size(); i++) {
        assertThat(history.items()[i])
            .as("the walk, without hidden items")
            .isEqualTo((history.items()[i - 1] + 1) % PlantedLog.ITEMS);
        assertThat(history.seconds()[i]).isGreaterThan(history.seconds()[i - 1]);
      }
    }
    // The first 13 of a user's 16 actions are for training. Six of them are likes.
    assertThat(targets).isEqualTo(5 * PlantedLog.USERS);
  }

  @Test
  void new_noSequence_saysWhere() {
    FeedLog log = PlantedLog.of(1).withActions(row -> false);
    assertThatThrownBy(
            () ->
                new SequenceRival(SequenceKind.SASREC_FULL, log, Holdout.leaveLast(log, 2), SHAPE))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("in TRAIN");
  }
}
