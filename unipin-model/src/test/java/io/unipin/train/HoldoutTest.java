package io.unipin.train;

import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.data.FeedLog;
import io.unipin.data.FeedLogBuilder;
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
    // training: 10, 20; validation: 30; test: 40
    assertThat(List.of(0, 1, 2, 3, 4))
        .extracting(view -> holdout.part(0, view))
        .containsExactly(Part.TRAIN, Part.VALIDATION, Part.VALIDATION, Part.TEST, Part.TEST);
  }

  @Test
  void part_actionsOfOneTime_keepTheirViewOutOfTraining() {
    FeedLogBuilder builder = actions(TestLogs.log(9).user("u"), 10, 20, 20, 20);
    builder.view(0, 19).impression(1, 0).view(0, 20).impression(2, LIKE);
    Holdout holdout = Holdout.leaveLast(builder.build(), 1);
    assertThat(holdout.trainEnd(0)).isEqualTo(2);
    assertThat(holdout.part(0, 0)).isEqualTo(Part.TRAIN);
    assertThat(holdout.part(0, 1)).isEqualTo(Part.TEST);
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

  private static FeedLogBuilder actions(FeedLogBuilder builder, long... times) {
    for (int i = 0; i < times.length; i++) {
      builder.action(i, LIKE, 0, times[i]);
    }
    return builder;
  }
}
