package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.FeedLog;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountFitTest {
  private static final int IMPRESSIONS = 20_000;

  private final FeedLog log = CountLogs.random(30, 5);
  private final CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
  private final int width = tables.features().width();
  private final int[] users = new int[IMPRESSIONS];
  private final float[] inputs = new float[IMPRESSIONS * width];
  private final float[] probabilities = new float[IMPRESSIONS];
  private final boolean[] labels = new boolean[IMPRESSIONS];
  private final Random random = new Random(1);

  private int place(String name) {
    return tables.features().names().indexOf(name);
  }

  /** Draws inputs, probabilities, and labels that follow the given weights. */
  private void draw(double slope, double constant, double item, double follow) {
    for (int i = 0; i < IMPRESSIONS; i++) {
      users[i] = i / 10;
      for (int n = 0; n < width; n++) {
        inputs[i * width + n] = (float) random.nextGaussian() / 2;
      }
      double logit = random.nextGaussian();
      probabilities[i] = (float) (1 / (1 + Math.exp(-logit)));
      double truth =
          slope * logit
              + constant
              + item * inputs[i * width + place("item.all.like")]
              + follow * inputs[i * width + place("follow")];
      labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-truth));
    }
  }

  private CountWeights.Action fit() {
    return new CountFit(tables, users, inputs)
        .fit(List.of(probabilities, probabilities), List.of(labels, new boolean[IMPRESSIONS]))
        .of("like");
  }

  @Test
  void fit_labelsByKnownWeights_findsThem() {
    draw(0.8, -0.3, 1.5, 0.5);
    CountWeights.Action like = fit();
    assertThat(like.slope()).isCloseTo(0.8f, within(0.06f));
    assertThat(like.constant()).isCloseTo(-0.3f, within(0.06f));
    assertThat(like.weights().get("item.all.like")).isCloseTo(1.5f, within(0.1f));
    assertThat(like.weights().get("follow")).isCloseTo(0.5f, within(0.1f));
    assertThat(like.weights()).doesNotContainKeys("item.all.hide", "category.1d.hide");
    like.weights()
        .forEach(
            (name, weight) -> {
              if (!name.equals("item.all.like") && !name.equals("follow")) {
                assertThat(weight).as(name).isCloseTo(0, within(0.15f));
              }
            });
  }

  @Test
  void fit_countsThatTellNothing_changeNothing() {
    draw(1, 0, 0, 0);
    CountWeights.Action like = fit();
    like.weights().forEach((name, weight) -> assertThat(Math.abs(weight)).isLessThan(0.1f));
    assertThat(like.slope()).isCloseTo(1, within(0.05f));
  }

  @Test
  void fit_modelThatIsWrong_keepsASmallSlope() {
    draw(-0.5, 0.2, 1.5, 0);
    CountWeights.Action like = fit();
    assertThat(like.slope()).isEqualTo(0.05f);
    assertThat(like.weights().get("item.all.like")).isCloseTo(1.5f, within(0.15f));
    assertThat(like.constant()).isCloseTo(0.2f, within(0.1f));
  }

  /** Two surfaces had nearly equal rates in the training split, and then one of them changed. */
  @Test
  void fit_inputThatHardlyVaries_isLeftOut() {
    draw(1, 0, 1, 0);
    int surface = place("surface.all.like");
    for (int i = 0; i < IMPRESSIONS; i++) {
      boolean first = random.nextBoolean();
      inputs[i * width + surface] = 0.2f + (first ? 1e-5f : -1e-5f);
      labels[i] |= first && random.nextInt(3) == 0;
    }
    CountWeights.Action like = fit();
    assertThat(like.weights()).doesNotContainKey("surface.all.like");
    assertThat(like.weights().get("item.all.like")).isGreaterThan(0.5f);
  }

  @Test
  void fit_modelWhoseProbabilitiesHardlyVary_keepsItsSlope() {
    draw(1, 0, 1, 0);
    for (int i = 0; i < IMPRESSIONS; i++) {
      probabilities[i] = 0.02f + (labels[i] ? 1e-6f : 0);
    }
    CountWeights.Action like = fit();
    assertThat(like.slope()).isEqualTo(1);
    assertThat(like.weights().get("item.all.like")).isGreaterThan(0.5f);
  }

  @Test
  void fit_actionWithoutLabels_staysAsItIs() {
    draw(1, 0, 1, 0);
    CountWeights weights =
        new CountFit(tables, users, inputs)
            .fit(List.of(probabilities, probabilities), List.of(labels, new boolean[IMPRESSIONS]));
    assertThat(weights.actions()).containsExactly("like", "hide");
    assertThat(weights.of("hide")).isEqualTo(CountWeights.Action.NONE);
    assertThat(weights.of("like")).isNotEqualTo(CountWeights.Action.NONE);
  }

  @Test
  void fit_fewLabels_staysAsItIs() {
    draw(1, 0, 0, 0);
    Arrays.fill(labels, false);
    for (int i = 0; i < 19; i++) {
      labels[100 * i] = true;
    }
    assertThat(fit()).isEqualTo(CountWeights.Action.NONE);
  }

  @Test
  void fit_again_givesTheSame() {
    draw(1, 0, 1, 0);
    assertThat(fit()).isEqualTo(fit());
  }

  @Test
  void sample_manyImpressions_boundsTheMemory() {
    assertThat(CountFit.sample(tables, 3)).containsExactly(0, 1, 2);
    assertThat(CountFit.sample(tables, 5_000_000)).hasSize(200_000);
  }

  @Test
  void fit_otherNumberOfInputs_isRefused() {
    assertThatThrownBy(() -> new CountFit(tables, users, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("inputs of 20000 impressions expected, got 3");
  }
}
