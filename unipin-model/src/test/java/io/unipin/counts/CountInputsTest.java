package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountInputsTest {
  private static final int LIKE = 0;

  private final FeedLog log = CountLogs.random(60, 7);
  private final CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
  private final CountFeatures features = tables.features();

  private float[] inputs(CountQuery query, int... items) {
    float[] out = new float[items.length * features.width() + 1];
    out[out.length - 1] = 77;
    new CountInputs(tables).fill(query, items, out);
    assertThat(out[out.length - 1]).as("nothing is written behind the inputs").isEqualTo(77);
    return out;
  }

  private float input(float[] inputs, int candidate, String name) {
    int place = features.names().indexOf(name);
    assertThat(place).as(name).isNotNegative();
    return inputs[candidate * features.width() + place];
  }

  /** Returns the number of a table's impressions that got an action, then of all impressions. */
  private int[] counts(CountKey key, long value, int window, int action) {
    CountTable table = tables.data().table(key);
    int row = table.row(value);
    return row < 0
        ? new int[2]
        : new int[] {table.got(row, window, action), table.shown(row, window)};
  }

  private static double logit(double p) {
    return Math.log(p / (1 - p));
  }

  /** Returns the logit of a rate that is shrunk towards a level. */
  private static double shrunk(int[] counts, double level) {
    double g = 1 / (1 + Math.exp(-level));
    return logit((counts[0] + 8 * g) / (counts[1] + 8));
  }

  private double whole(CountKey total, int window, int action) {
    int[] counts = counts(total, 0, window, action);
    return logit((counts[0] + 0.5) / (counts[1] + 1));
  }

  /** In such a log, the levels of pairs are sums of large logits. */
  @Test
  void effect_actionOfEveryImpressionOrOfNone_isFinite() {
    for (double level : new double[] {14, 32, 40, 800}) {
      assertThat(CountEffects.effect(3000, 3000, level)).as("%s", level).isBetween(0.0, 20.0);
      assertThat(CountEffects.effect(0, 3000, -level)).as("-%s", level).isBetween(-20.0, 0.0);
    }
  }

  @Test
  void fill_rates_areShrunkToTheLevelAbove() {
    int item = 2;
    CountQuery query = new CountQuery(1, 0, new int[0]);
    float[] inputs = inputs(query, item);
    double global = whole(CountKey.TOTAL, 0, LIKE);
    double all = shrunk(counts(CountKey.ITEM, item, 0, LIKE), global);
    assertThat((double) input(inputs, 0, "item.all.like")).isCloseTo(all - global, within(1e-5));

    double drift = whole(CountKey.TOTAL, 1, LIKE) - global;
    double month = shrunk(counts(CountKey.ITEM, item, 1, LIKE), all + drift);
    assertThat((double) input(inputs, 0, "item.28d.like"))
        .isCloseTo(month - all - drift, within(1e-5));

    double surface = shrunk(counts(CountKey.SURFACE, 1, 0, LIKE), global) - global;
    assertThat((double) input(inputs, 0, "surface.all.like")).isCloseTo(surface, within(1e-5));
    double above = all + surface;
    double pair =
        shrunk(counts(CountKey.SURFACE_ITEM, CountLogs.ITEMS + item, 0, LIKE), above) - above;
    assertThat(pair).isNotZero();
    assertThat((double) input(inputs, 0, "surface_item.all.like")).isCloseTo(pair, within(1e-5));

    double segment = shrunk(counts(CountKey.SEGMENT, 0, 0, LIKE), global) - global;
    double tastes =
        shrunk(counts(CountKey.SEGMENT_ITEM, item, 0, LIKE), all + segment) - all - segment;
    assertThat(tastes).isNotZero();
    assertThat((double) input(inputs, 0, "segment_item.all.like")).isCloseTo(tastes, within(1e-5));

    double earlier = whole(CountKey.BEFORE_TOTAL, 0, 1);
    assertThat((double) input(inputs, 0, "before.all.hide"))
        .isCloseTo(shrunk(counts(CountKey.BEFORE, item, 0, 1), earlier) - earlier, within(1e-5));
    assertThat((double) input(inputs, 0, "item.number"))
        .isCloseTo(Math.log1p(counts(CountKey.ITEM, item, 0, LIKE)[1]), within(1e-5));
  }

  @Test
  void fill_unknownItems_haveNothingButTheSurface() {
    CountQuery query = new CountQuery(0, 1, new int[] {0});
    float[] inputs = inputs(query, 1, CountQuery.NONE, CountLogs.ITEMS, Integer.MAX_VALUE);
    List<String> known = new ArrayList<>();
    for (int candidate = 1; candidate < 4; candidate++) {
      for (String name : features.names()) {
        float own = input(inputs, candidate, name);
        if (name.startsWith("surface.")) {
          assertThat(own).isEqualTo(input(inputs, 0, name));
        } else {
          assertThat(own).as(name).isZero();
          known.add(name);
        }
      }
    }
    assertThat(known).hasSizeGreaterThan(30);
    assertThat(input(inputs, 0, "item.all.like")).isNotZero();
  }

  @Test
  void fill_unknownSurfaceSegmentAndLeaders_leaveTheRest() {
    float[] inputs = inputs(new CountQuery(9, -1, new int[] {-1, 400}), 1);
    assertThat(input(inputs, 0, "item.all.like")).isNotZero();
    for (String name : List.of("surface.all.like", "surface_item.all.like", "follow")) {
      assertThat(input(inputs, 0, name)).as(name).isZero();
    }
    assertThat(input(inputs, 0, "segment_item.all.like")).isZero();
  }

  @Test
  void fill_followers_sumOverThreePositivesWithDecay() {
    int[] last = {0, 1, 2, 3};
    int[] all = new int[CountLogs.ITEMS];
    for (int item = 0; item < all.length; item++) {
      all[item] = item;
    }
    float[] inputs = inputs(new CountQuery(0, -1, last), all);
    int found = 0;
    for (int item = 0; item < all.length; item++) {
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        for (int p = tables.followers().start(k); p < tables.followers().end(k); p++) {
          sum +=
              tables.followers().item(p) == item
                  ? Math.pow(0.7, k) * tables.followers().strength(p)
                  : 0;
        }
      }
      found += sum > 0 ? 1 : 0;
      assertThat((double) input(inputs, item, "follow")).isCloseTo(sum, within(1e-4));
    }
    assertThat(found).isGreaterThan(3);
  }

  @Test
  void fill_candidatesTogether_haveTheInputsOfEachAlone() {
    CountQuery query = tables.query(1, new int[] {3, 1, 4, 1});
    float[] together = inputs(query, 5, 0, 19, 5);
    int width = features.width();
    int candidate = 0;
    for (int item : new int[] {5, 0, 19, 5}) {
      float[] alone = inputs(query, item);
      for (int n = 0; n < width; n++) {
        assertThat(together[candidate * width + n]).isEqualTo(alone[n]);
      }
      candidate++;
    }
  }

  @Test
  void fill_ownActions_areShrunkToTheShareOfAllUsers() {
    int[] all = counts(CountKey.OWN_TOTAL, 0, 0, LIKE);
    double level = logit((all[0] + 0.5) / (all[1] + 1));
    CountQuery query = new CountQuery(0, -1, new int[0], new int[] {10, 9, 2});
    float[] inputs = inputs(query, 3, CountQuery.NONE);
    double own = shrunk(new int[] {9, 10}, level) - level;
    assertThat(own).isGreaterThan(0.1);
    for (int candidate = 0; candidate < 2; candidate++) {
      assertThat((double) input(inputs, candidate, "own.like")).isCloseTo(own, within(1e-5));
      assertThat((double) input(inputs, candidate, "own.number"))
          .isCloseTo(Math.log(11), within(1e-5));
    }
    float[] none = inputs(new CountQuery(0, -1, new int[0], new int[3]), 3);
    float[] unknown = inputs(new CountQuery(0, -1, new int[0]), 3);
    assertThat(none).isEqualTo(unknown);
    assertThat(input(none, 0, "own.like")).isZero();
  }

  /** A user's rates change with newer tables only, and no label after their end is in them. */
  @Test
  void query_ownActions_endWhereTheTablesEnd() {
    int user = 0;
    int start = log.actionStart(user);
    int history = log.actionStart(1) - start;
    int[] expected = new int[3];
    int later = 0;
    for (int i = start; i < start + history; i++) {
      if (log.actionTimes()[i] < CountLogs.VALIDATION.toEpochMilli()) {
        expected[0]++;
        expected[1] += (int) (log.actionBits()[i] & 1);
        expected[2] += (int) (log.actionBits()[i] >> 1 & 1);
      } else {
        later++;
      }
    }
    assertThat(later).isPositive();
    assertThat(expected[1]).isPositive();
    assertThat(tables.query(log, user, history, 0).own()).containsExactly(expected);
    assertThat(tables.query(log, user, history - 1, 0).own()).containsExactly(expected);
    assertThat(tables.query(log, user, 0, 0).own()).containsExactly(0, 0, 0);
  }

  @Test
  void ownActions_many_areTheNewest() {
    OwnActions own = new OwnActions(tables);
    long until = tables.until().toEpochMilli();
    own.add(until, 1);
    for (int i = 0; i < 250; i++) {
      assertThat(own.isFull()).isEqualTo(i >= 200);
      own.add(until - 1 - i, i < 100 ? 1 : 2);
    }
    assertThat(own.counts()).containsExactly(200, 100, 100);
  }

  @Test
  void fill_tooLittleRoom_isRefused() {
    assertThatThrownBy(
            () ->
                new CountInputs(tables)
                    .fill(new CountQuery(0, 0, new int[0]), new int[2], new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("inputs expected, got 3");
  }

  @Test
  void features_haveAWindowAndAnAction() {
    assertThat(features.names())
        .contains("category.7d.hide", "author.1d.like", "before.number", "surface_item.28d.hide")
        .doesNotHaveDuplicates()
        .noneMatch(name -> name.startsWith("total") || name.startsWith("segment."));
    int[] like = tables.layout().inputsOf(LIKE);
    for (int place : like) {
      assertThat(features.names().get(place)).doesNotContain("hide");
    }
    assertThat(like).hasSize((features.width() - 4) / 2 + 4);
  }
}
