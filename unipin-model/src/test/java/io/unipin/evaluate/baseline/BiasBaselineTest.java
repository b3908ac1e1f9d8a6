package io.unipin.evaluate.baseline;

import static io.unipin.train.TestLogs.HIDE;
import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slates;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BiasBaselineTest {
  @Test
  void probabilities_goodItemsAndEasyUsers_comeFirst() {
    FeedLogBuilder builder = TestLogs.log(2);
    for (int u = 0; u < 20; u++) {
      builder.user("u" + u);
      boolean easy = u % 2 == 0;
      for (int t = 0; t < 30; t++) {
        // Half of the users are easy to please: they like item 0 always and item 1 half of the
        // time. The other users like item 0 half of the time and item 1 never.
        boolean likesFirst = easy || t % 2 == 0;
        boolean likesSecond = easy && t % 2 == 0;
        builder.view(0, t).impression(0, likesFirst ? LIKE : 0);
        builder.impression(1, likesSecond ? LIKE : 0);
      }
    }
    FeedLog log = builder.build();
    Slates slates = new Slates(log, Holdout.leaveLast(log, 1));
    BiasBaseline bias = BiasBaseline.of(slates, log.users(), 2, 2);
    float[] easy = last(bias.probabilities(slates.of(0), Part.TRAIN));
    float[] hard = last(bias.probabilities(slates.of(1), Part.TRAIN));
    float[] fresh = bias.probabilities(slates.of(1), Part.TRAIN).get(0);
    assertThat(easy[0]).isGreaterThan(easy[2]);
    assertThat(hard[0]).isGreaterThan(hard[2]).isLessThan(easy[0]);
    assertThat(hard[2]).isLessThan(easy[2]);
    assertThat(fresh[0]).isBetween(hard[0], easy[0]);
    assertThat(fresh[0]).isCloseTo(0.75f, within(0.01f));
    // The second action, a hide, never occurs.
    assertThat(easy[1]).isLessThan(0.01f);
  }

  @Test
  void probabilities_ofWithheldItems_haveNoItemEffect() {
    FeedLogBuilder builder = TestLogs.log(6);
    for (int u = 0; u < 60; u++) {
      builder.user("u" + u).view(0, 0).impression(u % 6, u % 2 == 0 ? LIKE : 0);
    }
    FeedLog log = builder.build();
    Holdout holdout = Holdout.leaveLast(log, 1).withholding(0.5, 0);
    Slates slates = new Slates(log, holdout);
    BiasBaseline bias = BiasBaseline.of(slates, log.users(), 6, 2);
    assertThat(holdout.withheld().size()).isEqualTo(3);
    int warmLiked = 0;
    for (int item = 0; item < 6; item++) {
      warmLiked += !holdout.withheld().contains(item) && item % 2 == 0 ? 10 : 0;
    }
    float rate = (warmLiked + 0.5f) / 31;
    for (int item = 0; item < 6; item++) {
      float alone = bias.probabilities(slates.of(item), Part.TRAIN).get(0)[0];
      if (holdout.withheld().contains(item)) {
        assertThat(alone).isCloseTo(rate, within(1e-6f));
      } else {
        assertThat(alone > rate).isEqualTo(item % 2 == 0);
      }
    }
  }

  @Test
  void probabilities_data_ofBiasesAlone_areRecovered() {
    Random random = new Random(3);
    double[] items = random.doubles(40, -1.5, 1.5).toArray();
    FeedLogBuilder builder = TestLogs.log(items.length);
    List<float[]> truth = new ArrayList<>();
    for (int u = 0; u < 100; u++) {
      builder.user("u" + u);
      double user = random.nextGaussian() * 0.7 - 1;
      for (int t = 0; t < 40; t++) {
        int item = random.nextInt(items.length);
        double p = 1 / (1 + Math.exp(-(items[item] + user)));
        builder.view(0, t).impression(item, random.nextDouble() < p ? LIKE | HIDE : 0);
        truth.add(new float[] {(float) p});
      }
    }
    FeedLog log = builder.build();
    Slates slates = new Slates(log, Holdout.leaveLast(log, 1));
    BiasBaseline bias = BiasBaseline.of(slates, log.users(), items.length, 2);
    double error = 0;
    int count = 0;
    for (int u = 0; u < log.users(); u++) {
      List<float[]> predicted = bias.probabilities(slates.of(u), Part.TRAIN);
      for (int t = 20; t < 40; t++) {
        error += Math.abs(predicted.get(t)[0] - truth.get(u * 40 + t)[0]);
        count++;
      }
    }
    assertThat(error / count).isLessThan(0.08);
  }

  @Test
  void probabilities_viewsOfOneTime_doNotKnowEachOther() {
    FeedLogBuilder builder = TestLogs.log(1).user("u");
    builder.view(0, 5).impression(0, LIKE).view(0, 5).impression(0, LIKE).view(0, 6);
    FeedLog log = builder.impression(0, 0).build();
    Slates slates = new Slates(log, Holdout.leaveLast(log, 1));
    BiasBaseline bias = BiasBaseline.of(slates, 1, 1, 2);
    List<float[]> predicted = bias.probabilities(slates.of(0), Part.TRAIN);
    assertThat(predicted.get(1)).isEqualTo(predicted.get(0));
    assertThat(predicted.get(2)[0]).isGreaterThan(predicted.get(1)[0]);
  }

  @Test
  void probabilities_heldOutLabels_doNotEnterItems() {
    assertThat(firstTestProbability(LIKE)).isEqualTo(firstTestProbability(HIDE));
  }

  /**
   * Returns the predictions for the only view of the test part. {@code heldOut} are the labels of
   * its impressions.
   */
  private static float[] firstTestProbability(long heldOut) {
    FeedLogBuilder builder = TestLogs.log(3).user("u");
    for (int t = 0; t < 6; t++) {
      builder.action(t % 3, LIKE, 0, 10L * t);
    }
    builder.view(0, 5).impression(0, LIKE).impression(1, 0);
    builder.view(0, 55).impression(0, heldOut).impression(2, heldOut);
    FeedLog log = builder.build();
    Slates slates = new Slates(log, Holdout.leaveLast(log, 1));
    return BiasBaseline.of(slates, 1, 3, 2).probabilities(slates.of(0), Part.TEST).get(0);
  }

  private static float[] last(List<float[]> list) {
    return list.get(list.size() - 1);
  }
}
