package io.unipin.feedlog.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.FeedLogRoundTripTest;
import io.unipin.feedlog.FeedLogWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedSimulatorTest {
  private static final FeedLog LOG = FeedSimulator.simulate(SimulatorConfig.defaults());

  @TempDir private Path temporary;

  @Test
  void simulate_sameSeed_isEqual_otherSeed_isNot() {
    FeedLog again = FeedSimulator.simulate(SimulatorConfig.defaults());
    FeedLogRoundTripTest.assertSame(again, LOG);
    FeedLog other = FeedSimulator.simulate(SimulatorConfig.of(2_000, 2_000, 8));
    assertThat(other.impressionItems()).isNotEqualTo(LOG.impressionItems());
  }

  @Test
  void simulate_throughDirectory_isEqual() {
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(150, 300, 3));
    FeedLogWriter.write(log, temporary.resolve("log"));
    FeedLogRoundTripTest.assertSame(FeedLogReader.read(temporary.resolve("log"), 0), log);
  }

  /** The sessions of very active users are at least the pause apart, so the feed takes longer. */
  @Test
  void simulate_longHistories_haveTimesInOrder() {
    SimulatorConfig sizes = SimulatorConfig.of(4, 2_000, 3);
    FeedLog log =
        FeedSimulator.simulate(
            new SimulatorConfig(4, 2_000, 2_500, sizes.slateSize(), sizes.contentDim(), 0.1, 3));
    assertThat(log.actions()).isGreaterThan(4 * 1_000);
    for (int user = 0; user < log.users(); user++) {
      for (int view = log.viewStart(user) + 1; view < log.viewStart(user + 1); view++) {
        assertThat(log.viewTimes()[view]).isGreaterThan(log.viewTimes()[view - 1]);
      }
    }
  }

  @Test
  void simulate_positions_areLookedAtLess() {
    double[] clicks = new double[10];
    for (int view = 0; view < LOG.views(); view++) {
      int start = LOG.impressionStart(view);
      for (int position = 0; position < 10; position++) {
        clicks[position] += LOG.impressionBits()[start + position] & FeedSimulator.CLICK;
      }
    }
    assertThat(clicks[0]).isGreaterThan(2 * clicks[9]);
    assertThat(clicks[1]).isGreaterThan(clicks[6]);
  }

  @Test
  void simulate_oracle_beatsUserAndItemBias_whichBeatsChance() {
    double[] shown = new double[LOG.catalogue().size()];
    double[] clicked = new double[shown.length];
    forEachImpression(
        (user, view, i) -> {
          shown[LOG.impressionItems()[i]]++;
          clicked[LOG.impressionItems()[i]] += click(i);
        });
    double[] userClicks = new double[LOG.users()];
    double[] userShown = new double[LOG.users()];
    int[] userOf = new int[LOG.impressions()];
    forEachImpression(
        (user, view, i) -> {
          userOf[i] = user;
          userShown[user]++;
          userClicks[user] += click(i);
        });
    double popularity = auc(i -> clicked[LOG.impressionItems()[i]]);
    double bias =
        auc(
            i ->
                logit(clicked[LOG.impressionItems()[i]], shown[LOG.impressionItems()[i]])
                    + logit(userClicks[userOf[i]], userShown[userOf[i]]));
    double oracle = auc(i -> LOG.impressionOracle()[i]);
    assertThat(oracle).isGreaterThan(bias + 0.08);
    assertThat(oracle).isGreaterThan(popularity + 0.1);
  }

  @Test
  void simulate_lastClick_tellsTheNextTopic() {
    Map<String, Integer> byTopic = new HashMap<>();
    int same = 0;
    int pairs = 0;
    for (int user = 0; user < LOG.users(); user++) {
      String before = "";
      for (int a = LOG.actionStart(user); a < LOG.actionStart(user + 1); a++) {
        if ((LOG.actionBits()[a] & FeedSimulator.CLICK) != 0) {
          String topic = LOG.catalogue().category(LOG.actionItems()[a]);
          byTopic.merge(topic, 1, Integer::sum);
          same += topic.equals(before) ? 1 : 0;
          pairs++;
          before = topic;
        }
      }
    }
    double largest = byTopic.values().stream().mapToInt(n -> n).max().orElse(0) / (double) pairs;
    assertThat(same / (double) pairs).isGreaterThan(4 * largest);
  }

  @Test
  void simulate_nextClick_isFoundByTopicFarBetterThanByPopularity() {
    double[] clicks = new double[LOG.catalogue().size()];
    int[] last = new int[LOG.users()];
    int[] before = new int[LOG.users()];
    for (int user = 0; user < LOG.users(); user++) {
      last[user] = -1;
      before[user] = -1;
      for (int a = LOG.actionStart(user); a < LOG.actionStart(user + 1); a++) {
        if ((LOG.actionBits()[a] & FeedSimulator.CLICK) != 0) {
          if (last[user] >= 0) {
            clicks[last[user]]++;
          }
          before[user] = last[user];
          last[user] = LOG.actionItems()[a];
        }
      }
    }
    double popular = 0;
    double topical = 0;
    for (int user = 0; user < LOG.users(); user++) {
      if (before[user] >= 0) {
        String topic = LOG.catalogue().category(before[user]);
        popular += rank(clicks, last[user], "") < 10 ? 1 : 0;
        topical += rank(clicks, last[user], topic) < 10 ? 1 : 0;
      }
    }
    assertThat(topical).isGreaterThan(3 * popular);
  }

  /**
   * Returns how many items of a topic are clicked more often than the target. An empty topic stands
   * for all items. If the target has another topic, the result is very large.
   */
  private static int rank(double[] clicks, int target, String topic) {
    if (!topic.isEmpty() && !LOG.catalogue().category(target).equals(topic)) {
      return Integer.MAX_VALUE;
    }
    int better = 0;
    for (int item = 0; item < clicks.length; item++) {
      boolean among = topic.isEmpty() || LOG.catalogue().category(item).equals(topic);
      better += among && clicks[item] > clicks[target] ? 1 : 0;
    }
    return better;
  }

  @Test
  void simulate_coldItems_areNotShownBeforeTheyExist() {
    long cold =
        IntStream.range(0, LOG.catalogue().size())
            .filter(row -> LOG.catalogue().createdMs(row) > SessionClock.START_MS)
            .count();
    assertThat(cold).isBetween(100L, 300L);
    long[] early = {0};
    forEachImpression(
        (user, view, i) -> {
          long created = LOG.catalogue().createdMs(LOG.impressionItems()[i]);
          early[0] += created > LOG.viewTimes()[view] ? 1 : 0;
        });
    assertThat(early[0]).isZero();
  }

  @Test
  void simulate_actions_allOccur_andSaveImpliesClick() {
    long[] count = new long[3];
    long unclickedSaves = 0;
    for (long bits : LOG.actionBits()) {
      for (int c = 0; c < 3; c++) {
        count[c] += bits >>> c & 1;
      }
      unclickedSaves += ~bits & bits >>> 1 & 1;
    }
    assertThat(unclickedSaves).isZero();
    assertThat(count[1]).isGreaterThan(2_000);
    assertThat(count[2]).isGreaterThan(2_000);
  }

  private interface Impression {
    void at(int user, int view, int impression);
  }

  private static void forEachImpression(Impression visitor) {
    for (int user = 0; user < LOG.users(); user++) {
      for (int view = LOG.viewStart(user); view < LOG.viewStart(user + 1); view++) {
        for (int i = LOG.impressionStart(view); i < LOG.impressionStart(view + 1); i++) {
          visitor.at(user, view, i);
        }
      }
    }
  }

  private static long click(int impression) {
    return LOG.impressionBits()[impression] & FeedSimulator.CLICK;
  }

  private static double logit(double hits, double of) {
    double share = (hits + 0.3) / (of + 3);
    return Math.log(share / (1 - share));
  }

  private static double auc(IntToDoubleFunction score) {
    long[] order = new long[LOG.impressions()];
    for (int i = 0; i < order.length; i++) {
      int scaled = (int) Math.round(score.applyAsDouble(i) * 1e6);
      order[i] = (long) scaled << 32 | i;
    }
    Arrays.sort(order);
    double below = 0;
    double negatives = 0;
    for (long key : order) {
      if (click((int) key) == 1) {
        below += negatives;
      } else {
        negatives++;
      }
    }
    return below / negatives / (order.length - negatives);
  }
}
