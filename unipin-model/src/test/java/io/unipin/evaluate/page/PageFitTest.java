package io.unipin.evaluate.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.evaluate.fit.LossChecks;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.PageOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PageFitTest {
  private static final List<String> ACTIONS = List.of("like", "hide");
  private static final int CANDIDATES = 40;

  /**
   * Returns lists whose target is drawn with probability in proportion to exp(utility), where the
   * utility is the weighted sum of the dot product and the two probabilities.
   */
  private static List<PageCandidates> drawn(int users, long seed, double... weights) {
    Random random = new Random(seed);
    List<PageCandidates> lists = new ArrayList<>();
    for (int u = 0; u < users; u++) {
      float[] dots = new float[CANDIDATES];
      float[] probabilities = new float[2 * CANDIDATES];
      double[] shares = new double[CANDIDATES];
      double total = 0;
      for (int i = 0; i < CANDIDATES; i++) {
        dots[i] = (float) random.nextGaussian() * 0.2f;
        probabilities[2 * i] = random.nextFloat();
        probabilities[2 * i + 1] = random.nextFloat();
        shares[i] =
            Math.exp(
                weights[0] * dots[i]
                    + weights[1] * probabilities[2 * i]
                    + weights[2] * probabilities[2 * i + 1]);
        total += shares[i];
      }
      double at = random.nextDouble() * total;
      int target = 0;
      double sum = shares[0];
      while (target < CANDIDATES - 1 && sum < at) {
        target++;
        sum += shares[target];
      }
      lists.add(new PageCandidates(ids(), dots, probabilities, target));
    }
    return lists;
  }

  private static long[] ids() {
    long[] ids = new long[CANDIDATES];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 1000L - i;
    }
    return ids;
  }

  @Test
  void fit_targetsOfKnownWeights_recoversTheirRatio() {
    FittedPageOrder fitted = PageFit.fit(drawn(4000, 1, 10, 4, -2), ACTIONS).orElseThrow();
    double like = fitted.probabilities().getOrDefault("like", 0f);
    double hide = fitted.probabilities().getOrDefault("hide", 0f);
    assertThat(like / fitted.similarity()).isCloseTo(0.4, within(0.05));
    assertThat(hide / fitted.similarity()).isCloseTo(-0.2, within(0.05));
    assertThat(fitted.pageNdcg10()).isGreaterThan(fitted.retrievalNdcg10() + 0.05);
    assertThat(fitted.targets()).isEqualTo(4000);
  }

  /** If an action nearly always happens, all probabilities in a list are near 1. */
  @Test
  void fit_probabilitiesNearOne_areFittedOrLeftOut() {
    for (double spread : new double[] {1e-7, 4e-6, 1e-4}) {
      Random random = new Random(3);
      List<PageCandidates> lists = new ArrayList<>();
      for (PageCandidates list : drawn(2000, 6, 10, 0, -2)) {
        float[] probabilities = list.probabilities().clone();
        for (int i = 0; i < CANDIDATES; i++) {
          probabilities[2 * i] = (float) (1 - spread * random.nextDouble());
        }
        lists.add(new PageCandidates(list.ids(), list.dots(), probabilities, list.target()));
      }
      FittedPageOrder fitted = PageFit.fit(lists, ACTIONS).orElseThrow();
      assertThat(fitted.similarity()).as("spread %s", spread).isPositive();
      double utility = fitted.probabilities().getOrDefault("like", 0f) * spread;
      assertThat(utility).as("spread %s", spread).isBetween(-0.05, 0.05);
    }
  }

  @Test
  void fit_anyWeights_givesUtilitiesOfOneDeviation() {
    List<PageCandidates> lists = drawn(1000, 2, 10, 4, -2);
    PageOrder order = PageFit.fit(lists, ACTIONS).orElseThrow().order(ACTIONS);
    double squares = 0;
    for (PageCandidates list : lists) {
      double[] utilities = new double[CANDIDATES];
      double mean = 0;
      for (int i = 0; i < CANDIDATES; i++) {
        utilities[i] = order.utility(list.dots()[i], list.probabilities(), 2 * i);
        mean += utilities[i] / CANDIDATES;
      }
      for (double utility : utilities) {
        squares += (utility - mean) * (utility - mean) / CANDIDATES / lists.size();
      }
    }
    assertThat(Math.sqrt(squares)).isCloseTo(0.1, within(1e-4));
  }

  /**
   * The two halves of the users have opposite tastes. So weights that are fitted on one half make
   * the pages of the other half worse.
   */
  @Test
  void fit_weightsThatFailOnOtherUsers_keepsTheOrderOfRetrieval() {
    List<PageCandidates> likers = drawn(300, 3, 10, 6, 0);
    List<PageCandidates> others = drawn(300, 4, 10, -6, 0);
    List<PageCandidates> mixed = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      mixed.add(likers.get(i));
      mixed.add(others.get(i));
    }
    FittedPageOrder fitted = PageFit.fit(mixed, ACTIONS).orElseThrow();
    assertThat(fitted.similarity()).isEqualTo(1);
    assertThat(fitted.probabilities()).containsEntry("like", 0f).containsEntry("hide", 0f);
    assertThat(fitted.pageNdcg10()).isEqualTo(fitted.retrievalNdcg10());
  }

  @Test
  void fit_fewTargets_givesNothing() {
    List<PageCandidates> few = drawn(PageFit.LEAST_TARGETS - 1, 5, 10, 4, 0);
    assertThat(PageFit.fit(few, ACTIONS)).isEmpty();
    List<PageCandidates> lost = new ArrayList<>(few);
    lost.add(new PageCandidates(ids(), few.get(0).dots(), few.get(0).probabilities(), -1));
    assertThat(PageFit.fit(lost, ACTIONS)).isEmpty();
    lost.add(few.get(0));
    assertThat(PageFit.fit(lost, ACTIONS)).isPresent();
  }

  @Test
  void fit_actionThatNeverVaries_hasNoWeight() {
    List<PageCandidates> lists =
        drawn(500, 6, 10, 4, 0).stream()
            .map(
                list -> {
                  float[] constant = list.probabilities().clone();
                  for (int i = 0; i < CANDIDATES; i++) {
                    constant[2 * i + 1] = 0.25f;
                  }
                  return new PageCandidates(list.ids(), list.dots(), constant, list.target());
                })
            .toList();
    FittedPageOrder fitted = PageFit.fit(lists, ACTIONS).orElseThrow();
    assertThat(fitted.probabilities()).containsEntry("hide", 0f);
    assertThat(fitted.probabilities().getOrDefault("like", 0f)).isPositive();
  }

  @Test
  void derive_equalsDifferencesOfValues() {
    List<PageCandidates> lists = drawn(5, 7, 3, 1, -1);
    double[] scales = ListLoss.scales(lists, 3);
    LossChecks.requireDerivatives(new ListLoss(lists, scales), new Random(8).doubles(3, -1, 1));
  }

  @Test
  void derive_listsOfAllLengths_equalsDifferencesOfValues() {
    Random random = new Random(9);
    List<PageCandidates> lists = new ArrayList<>();
    for (int length = 1; length < 10; length++) {
      float[] dots = new float[length];
      float[] probabilities = new float[2 * length];
      for (int i = 0; i < length; i++) {
        dots[i] = random.nextFloat();
        probabilities[2 * i] = random.nextFloat();
        probabilities[2 * i + 1] = random.nextFloat();
      }
      long[] ids = LongStream.rangeClosed(1, length).toArray();
      lists.add(new PageCandidates(ids, dots, probabilities, random.nextInt(length)));
    }
    double[] scales = ListLoss.scales(lists, 3);
    LossChecks.requireDerivatives(new ListLoss(lists, scales), random.doubles(3, -1, 1));
  }

  @Test
  void place_equalUtilities_smallerIdComesFirst() {
    PageCandidates list =
        new PageCandidates(
            new long[] {7, 5, 9}, new float[] {3, 2, 1}, new float[] {0.5f, 0.5f, 0.5f}, 0);
    assertThat(list.place(PageOrder.of(0, new float[] {1}))).isEqualTo(2);
    assertThat(list.place(PageOrder.of(1, new float[] {1}))).isEqualTo(1);
    assertThat(list.place(PageOrder.of(-1, new float[] {1}))).isEqualTo(3);
  }

  @Test
  void place_targetNotFound_isRefused() {
    PageCandidates list =
        new PageCandidates(new long[] {7}, new float[] {3}, new float[] {0.5f}, -1);
    assertThat(list.findsTarget()).isFalse();
    assertThatThrownBy(() -> list.place(PageOrder.ofRetrieval(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("got none");
    assertThatThrownBy(() -> new PageCandidates(new long[1], new float[2], new float[1], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
