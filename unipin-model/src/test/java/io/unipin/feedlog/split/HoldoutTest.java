package io.unipin.feedlog.split;

import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.train.TestLogs;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldoutTest {
  @Test
  void leaveLast_userWithEnoughActions_holdsOutTheLast() {
    FeedLog log = actions(TestLogs.log(9).user("u"), 10, 20, 30, 40, 50).build();
    assertThat(Holdout.leaveLast(log, 1).trainEnd(0)).isEqualTo(3);
    assertThat(Holdout.leaveLast(log, 1).validationEnd(0)).isEqualTo(4);
    assertThat(Holdout.leaveLast(log, 2).trainEnd(0)).isEqualTo(2);
    assertThat(Holdout.leaveLast(log, 2).validationEnd(0)).isEqualTo(3);
  }

  @Test
  void leaveLast_userWithFewActions_onlyTrains() {
    FeedLog log =
        actions(TestLogs.log(9).user("u"), 10, 20, 30).view(0, 99).impression(1, LIKE).build();
    Holdout holdout = Holdout.leaveLast(log, 1);
    assertThat(holdout.holdsOut(0)).isFalse();
    assertThat(holdout.trainEnd(0)).isEqualTo(3);
    assertThat(holdout.validationEnd(0)).isEqualTo(3);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TRAIN);
  }

  @Test
  void part_viewsAroundTheHeldOutActions_areComparedByTime() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 30, 40);
    for (long time : new long[] {29, 30, 39, 40, 41}) {
      builder.view(0, time).impression(1, 0);
    }
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    // The actions at 10 and 20 are for training. The action at 30 is for validation, and the action
    // at 40 is for the test.
    assertThat(List.of(0, 1, 2, 3, 4))
        .extracting(view -> holdout.part(0, view))
        .containsExactly(Part.TRAIN, Part.VALIDATION, Part.VALIDATION, Part.TEST, Part.TEST);
  }

  @Test
  void part_emptyViewAtTheTimeOfAHeldOutAction_doesNotTrain() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 20, 20);
    builder.view(0, 19).impression(1, 0).view(0, 20).impression(2, 0);
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(2);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TRAIN);
    assertThat(holdout.part(0, 1)).isEqualTo(Part.TEST);
  }

  @Test
  void part_viewsOfOneTime_goWithTheirOwnActions() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 20, 20);
    for (int item = 0; item < 4; item++) {
      builder.view(0, item == 0 ? 10 : 20).impression(item, LIKE);
    }
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(List.of(0, 1, 2, 3))
        .extracting(view -> holdout.part(0, view))
        .containsExactly(Part.TRAIN, Part.TRAIN, Part.VALIDATION, Part.TEST);
  }

  @Test
  void part_viewShownBeforeItsHeldOutAction_doesNotTrain() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 30, 40, 50);
    builder.view(0, 15).impression(1, LIKE); // its label's action is at 20
    builder.view(0, 25).impression(7, 0);
    builder.view(0, 35).impression(3, LIKE).impression(8, 0); // its label's action is at 40
    builder.view(0, 44).impression(6, 0);
    builder.view(0, 45).impression(4, LIKE); // its label's action is at 50
    builder.view(0, 55).impression(5, 0);
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(3);
    assertThat(List.of(0, 1, 2, 3, 4, 5))
        .extracting(view -> holdout.part(0, view))
        .containsExactly(
            Part.TRAIN, Part.TRAIN, Part.VALIDATION, Part.VALIDATION, Part.TEST, Part.TEST);
  }

  @Test
  void leaveLast_viewOfTrainingAndHeldOutActions_isHeldOutWhole() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 30, 31, 50);
    builder.view(0, 15).impression(1, LIKE); // its label's action is at 20
    builder.view(0, 25).impression(3, LIKE).impression(2, LIKE); // actions at 30 and 31
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(2);
    assertThat(holdout.validationEnd(0)).isEqualTo(4);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TRAIN);
    assertThat(holdout.part(0, 1)).isEqualTo(Part.VALIDATION);
  }

  @Test
  void leaveLast_labelOfAFarHeldOutAction_holdsOutTheViewAlone() {
    FeedLogBuilder builder = TestLogs.log(9).user("u");
    for (int i = 0; i < 40; i++) {
      builder.action(i == 39 ? 5 : i % 4, LIKE, 0, 10L * i);
    }
    builder.view(0, 5).impression(5, LIKE).impression(1, LIKE);
    builder.view(0, 6).impression(6, LIKE).impression(1, LIKE); // the label of item 6 has no action
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(38);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TEST);
    assertThat(holdout.part(0, 1)).isEqualTo(Part.TRAIN);
  }

  @Test
  void leaveLast_simulatedFeed_neverTrainsOnAHeldOutLabel() {
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(200, 200, 3));
    Holdout holdout = Holdout.leaveLast(log, 1);
    int heldOut = 0;
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        ViewActions actions = ViewActions.of(log, user, view);
        boolean trains = holdout.part(user, view) == Part.TRAIN;
        if (actions.last() >= 0) {
          assertThat(actions.complete()).isTrue();
          assertThat(actions.last() < holdout.trainEnd(user)).isEqualTo(trains);
          assertThat(actions.first() < holdout.trainEnd(user)).isEqualTo(trains);
          heldOut += trains ? 0 : 1;
        }
      }
    }
    assertThat(heldOut).isGreaterThan(100);
  }

  @Test
  void part_withoutTimes_countsTheActionsBefore() {
    long none = FeedLog.NO_TIME;
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), none, none, none, none);
    for (int history = 0; history <= 4; history++) {
      builder.view(0, none, history).impression(1, 0);
    }
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(List.of(0, 1, 2, 3, 4))
        .extracting(view -> holdout.part(0, view))
        .containsExactly(Part.TRAIN, Part.TRAIN, Part.VALIDATION, Part.TEST, Part.TEST);
  }

  @Test
  void part_secondUser_hasItsOwnBounds() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("a"), 1, 2, 3, 4, 5);
    actions(builder.user("b"), 10, 20, 30, 40).view(0, 25).impression(1, 0);
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(3);
    assertThat(holdout.trainEnd(1)).isEqualTo(2);
    assertThat(holdout.part(1, 0)).isEqualTo(Part.TRAIN);
  }

  @Test
  void leaveLast_noTestAction_isRefused() {
    FeedLog log = TestLogs.log(9).user("u").build();
    assertThatThrownBy(() -> Holdout.leaveLast(log, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least 1 test action expected, got 0");
  }

  @Test
  void timeSplit_actionsAndViews_goByTime() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 30, 40, 50);
    builder.view(0, 19).impression(8, 0).view(0, 30).impression(8, 0).view(0, 45).impression(8, 0);
    FeedLog log = actions(builder.user("late"), 60, 70).build();
    Holdout holdout = Holdout.timeSplit(log, 30, 45);
    assertThat(holdout.trainEnd(0)).isEqualTo(2);
    assertThat(holdout.validationEnd(0)).isEqualTo(4);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TRAIN);
    assertThat(holdout.part(0, 1)).isEqualTo(Part.VALIDATION);
    assertThat(holdout.part(0, 2)).isEqualTo(Part.TEST);
    assertThat(holdout.trainEnd(1)).isZero();
    assertThat(holdout.validationEnd(1)).isZero();
    assertThat(holdout.holdsOut(1)).isTrue();
  }

  @Test
  void timeSplit_viewWhoseActionComesLater_isHeldOutWithIt() {
    FeedLog log =
        TestLogs.log(9)
            .user("u")
            .action(1, LIKE, 0, 10)
            .action(2, LIKE, 0, 25)
            .view(0, 15)
            .impression(2, LIKE)
            .build();
    Holdout holdout = Holdout.timeSplit(log, 20, 20);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TEST);
  }

  @Test
  void latest_shares_keepsTheNewestActions() {
    FeedLog log = actions(TestLogs.log(9).user("u"), 10, 20, 30, 40, 50, 60, 70, 80, 90).build();
    Holdout holdout = Holdout.latest(log, 0.2, 0.2);
    assertThat(holdout.trainEnd(0)).isEqualTo(5);
    assertThat(holdout.validationEnd(0)).isEqualTo(7);
  }

  @Test
  void timeSplit_logWithoutTimes_isRefused() {
    FeedLog log = TestLogs.log(9).user("u").action(1, LIKE, 0, FeedLog.NO_TIME).build();
    assertThatThrownBy(() -> Holdout.timeSplit(log, 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs actions with times");
  }

  private static FeedLogBuilder actions(FeedLogBuilder builder, long... times) {
    for (int i = 0; i < times.length; i++) {
      builder.action(i, LIKE, 0, times[i]);
    }
    return builder;
  }
}
