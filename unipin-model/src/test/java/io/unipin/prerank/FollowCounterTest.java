package io.unipin.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FollowCounterTest {
  private static final int ITEMS = 40;

  /** Counts the users for whom each item follows {@code item}, action by action. */
  private static Map<Integer, Integer> pairs(FeedLog log, Holdout holdout, int item) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int user = 0; user < log.users(); user++) {
      List<Integer> positives = new ArrayList<>();
      for (int i = 0; i < holdout.trainEnd(user); i++) {
        int row = log.actionStart(user) + i;
        int acted = log.actionItems()[row];
        if ((log.actionBits()[row] & TestLogs.LIKE) != 0 && !holdout.withheld().contains(acted)) {
          positives.add(acted);
        }
      }
      Set<Integer> followers = new HashSet<>();
      for (int at = 0; at < positives.size(); at++) {
        if (positives.get(at) == item) {
          followers.addAll(
              positives.subList(
                  Math.min(at + 1, positives.size()), Math.min(at + 6, positives.size())));
        }
      }
      followers.remove(item);
      followers.forEach(follower -> counts.merge(follower, 1, Integer::sum));
    }
    counts.values().removeIf(users -> users < 2);
    return counts;
  }

  @ParameterizedTest
  @CsvSource({"0, 8388608", "0, 60", "0.3, 8388608", "0, 1"})
  void of_randomLog_equalsTheNaiveWay(double withheld, int mostPairs) {
    FeedLog log = TestLogs.random(60, ITEMS, 40, 5);
    Holdout holdout = Holdout.leaveLast(log, 3).withholding(withheld, 0);
    int[] positives = TrainingCounts.of(log, holdout).positives();
    FollowTable table = FollowCounter.of(log, holdout, positives, mostPairs);
    assertThat(table.items()).isEqualTo(ITEMS);
    assertThat(table.size()).isGreaterThan(withheld > 0 ? 30 : 100);
    for (int item = 0; item < ITEMS; item++) {
      Map<Integer, Integer> counts = pairs(log, holdout, item);
      List<Integer> expected =
          counts.keySet().stream()
              .sorted(
                  Comparator.<Integer>comparingInt(row -> -counts.getOrDefault(row, 0))
                      .thenComparingInt(row -> row))
              .toList();
      assertThat(table.start(item + 1) - table.start(item)).isEqualTo(expected.size());
      for (int f = 0; f < expected.size(); f++) {
        int place = table.start(item) + f;
        assertThat(table.row(place)).isEqualTo(expected.get(f));
        double rate = counts.getOrDefault(expected.get(f), 0) / (positives[item] + 10.0);
        assertThat((double) table.strength(place)).isCloseTo(Math.log1p(1e4 * rate), within(1e-5));
      }
    }
  }

  @Test
  void of_itemWithManyFollowers_keepsTheStrongest() {
    FeedLogBuilder builder = TestLogs.log(200);
    for (int user = 0; user < 200; user++) {
      builder.user("u" + user);
      builder.action(0, TestLogs.LIKE, 0, 1);
      builder.action(1 + user / 2, TestLogs.LIKE, 0, 2);
      if (user >= 60) {
        builder.action(199, TestLogs.LIKE, 0, 3);
      }
    }
    FeedLog log = builder.build();
    Holdout none = Holdout.timeSplit(log, 10, 20);
    FollowTable table = FollowCounter.of(log, none, TrainingCounts.of(log, none).positives());
    assertThat(table.start(1) - table.start(0)).isEqualTo(FollowTable.MOST);
    assertThat(table.row(0)).isEqualTo(199);
    assertThat(table.row(1)).isEqualTo(1);
    Follows follows = table.of(new int[] {0});
    assertThat(follows.score(199)).isGreaterThan(follows.score(1));
    assertThat(follows.score(150)).as("beyond the strongest").isZero();
  }

  @Test
  void of_pairOfOneUser_isLeftOut() {
    FeedLogBuilder builder = TestLogs.log(10);
    for (int user = 0; user < 2; user++) {
      builder.user("u" + user);
      builder.action(0, TestLogs.LIKE, 0, 1).action(1 + user, TestLogs.LIKE, 0, 2);
      builder.action(0, TestLogs.LIKE, 0, 3).action(1 + user, TestLogs.LIKE, 0, 4);
      builder.action(5, TestLogs.LIKE, 0, 5);
    }
    FeedLog log = builder.build();
    Holdout all = Holdout.timeSplit(log, 10, 20);
    FollowTable table = FollowCounter.of(log, all, TrainingCounts.of(log, all).positives());
    assertThat(table.of(new int[] {0}).rows()).containsExactly(5);
    assertThat((double) table.strength(table.start(0)))
        .as("two users, four actions")
        .isCloseTo(Math.log1p(1e4 * 2 / 14), within(1e-5));
  }

  @Test
  void of_lastPositives_sumsDecayedStrengths() {
    FeedLog log = TestLogs.random(60, ITEMS, 40, 6);
    Holdout holdout = Holdout.leaveLast(log, 1);
    FollowTable table = FollowCounter.of(log, holdout, TrainingCounts.of(log, holdout).positives());
    int[] positives = {7, 3, Asked.UNKNOWN, 5, 9, 5, ITEMS + 2};
    int[] last = {5, 9, 3};
    float[] expected = new float[ITEMS];
    for (int k = 0; k < last.length; k++) {
      for (int place = table.start(last[k]); place < table.start(last[k] + 1); place++) {
        expected[table.row(place)] += (float) Math.pow(0.7, k) * table.strength(place);
      }
    }
    Follows follows = table.of(positives);
    for (int item = 0; item < ITEMS; item++) {
      assertThat(follows.score(item)).isCloseTo(expected[item], within(1e-4f));
    }
    int[] best = follows.best(6);
    assertThat(best).hasSize(6);
    for (int i = 1; i < best.length; i++) {
      assertThat(follows.score(best[i])).isLessThanOrEqualTo(follows.score(best[i - 1]));
    }
    assertThat(follows.best(Integer.MAX_VALUE)).containsExactlyInAnyOrder(follows.rows());
    assertThat(table.of(new int[0]).rows()).isEmpty();
  }
}
