package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.evaluate.BinaryMetrics;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.arrays.LongHash;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.train.TestLogs;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Tests that no count contains the label of an impression that the count helps to rank. Each test
 * also plants such a leak, and shows that the same check finds this leak.
 */
class CountLeakTest {
  private static final int USERS = 120;
  private static final long HELD_OUT = 1000;

  /** With this many groups of users, three users meet each item. */
  private static final int FEW_USERS = 40;

  /** Computes the label of an impression. */
  private interface Label {
    boolean of(int user, int item, Random random);
  }

  /**
   * Returns a log in which each user sees ten items in training, and five of them again later.
   *
   * @param groups number of groups of users; users of a group see the same items
   * @param flips whether all later labels are the opposite
   */
  private static FeedLog log(int groups, Label label, boolean flips) {
    FeedLogBuilder builder = TestLogs.log(400);
    for (int u = 0; u < USERS; u++) {
      builder.user("u" + u);
      Random random = new Random(u);
      int first = 10 * (u % groups);
      for (int t = 0; t < 15; t++) {
        boolean later = t >= 10;
        int item = first + t % 10;
        boolean likes = label.of(u, item, random) ^ (later && flips);
        long time = later ? HELD_OUT + t : 1 + t;
        builder.view(t % 2, time).impression(item, likes ? TestLogs.LIKE : 0);
        if (likes) {
          builder.action(item, TestLogs.LIKE, 0, time);
        }
      }
      builder.action(0, TestLogs.HIDE, 0, HELD_OUT + 500);
    }
    return builder.build();
  }

  private static Holdout proper(FeedLog log) {
    return Holdout.timeSplit(log, HELD_OUT, HELD_OUT + 100);
  }

  /** Returns a split whose training part also contains the later impressions. */
  private static Holdout planted(FeedLog log) {
    return Holdout.timeSplit(log, HELD_OUT + 100, HELD_OUT + 200);
  }

  /** Returns the AUC of the sum of all rates of likes, over the later impressions of a log. */
  private static double auc(FeedLog log, CountTables tables) {
    int[] places = tables.layout().inputsOf(0);
    // the last inputs are those of the pair, of the user's own actions and of the followers
    int rates = places.length - 4;
    float[] scores = new float[USERS * 5];
    boolean[] labels = new boolean[scores.length];
    int at = 0;
    Holdout holdout = proper(log);
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (holdout.part(user, view) == Part.VALIDATION) {
          int i = log.impressionStart(view);
          float[] inputs = new float[tables.features().width()];
          CountQuery query =
              tables.query(log, user, log.viewHistory()[view], log.viewSurfaces()[view]);
          new CountInputs(tables).fill(query, new int[] {log.impressionItems()[i]}, inputs);
          for (int n = 0; n < rates; n++) {
            scores[at] += inputs[places[n]];
          }
          labels[at++] = (log.impressionBits()[i] & TestLogs.LIKE) != 0;
        }
      }
    }
    assertThat(at).isEqualTo(scores.length);
    return BinaryMetrics.auc(scores, labels);
  }

  @Test
  void count_laterLabels_changeNoTable() {
    Label fair = (user, item, random) -> random.nextBoolean();
    FeedLog log = log(FEW_USERS, fair, false);
    FeedLog other = log(FEW_USERS, fair, true);
    String generation = CountBuilder.count(log, proper(log)).generation();
    assertThat(CountBuilder.count(other, proper(other)).generation()).isEqualTo(generation);
    assertThat(CountBuilder.count(log, planted(log)).generation())
        .as("the planted leak")
        .isNotEqualTo(CountBuilder.count(other, planted(other)).generation());
  }

  @Test
  void count_labelsOfAFairCoin_cannotBeFound() {
    FeedLog log = log(FEW_USERS, (user, item, random) -> random.nextBoolean(), false);
    assertThat(auc(log, CountBuilder.count(log, proper(log)))).isBetween(0.44, 0.56);
    assertThat(auc(log, CountBuilder.count(log, planted(log))))
        .as("the planted leak")
        .isGreaterThan(0.65);
  }

  /**
   * In this log, each user has a fixed taste for each item that no other user shares, and many
   * users meet each item. Only a count per user and candidate would reveal such labels.
   */
  @Test
  void count_userWithCandidate_isNotCounted() {
    Label taste = (user, item, random) -> LongHash.place(1000L * user + item, 2) == 0;
    FeedLog log = log(2, taste, false);
    assertThat(auc(log, CountBuilder.count(log, proper(log)))).isBetween(0.40, 0.60);

    Map<Long, Boolean> own = new HashMap<>();
    int right = 0;
    int again = 0;
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        int i = log.impressionStart(view);
        long key = 400L * user + log.impressionItems()[i];
        boolean likes = log.impressionBits()[i] != 0;
        Boolean known = own.put(key, likes);
        again += known == null ? 0 : 1;
        right += known != null && known == likes ? 1 : 0;
      }
    }
    assertThat(again).isEqualTo(USERS * 5);
    assertThat(right).as("the planted leak finds all labels").isEqualTo(again);
  }

  @Test
  void inputs_usersWithTheSameRecentTaste_areTheSame() {
    FeedLog log = log(FEW_USERS, (user, item, random) -> true, false);
    CountTables tables = CountBuilder.count(log, proper(log));
    // users 0, 40 and 80 saw the same items
    CountQuery one = tables.query(log, 0, 10, 1);
    CountQuery other = tables.query(log, 40, 10, 1);
    float[] first = new float[tables.features().width()];
    float[] second = new float[first.length];
    new CountInputs(tables).fill(one, new int[] {3}, first);
    new CountInputs(tables).fill(other, new int[] {3}, second);
    assertThat(first).isEqualTo(second);
  }
}
