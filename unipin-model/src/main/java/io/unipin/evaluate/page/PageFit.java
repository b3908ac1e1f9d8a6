package io.unipin.evaluate.page;

import io.unipin.evaluate.fit.Newton;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.PageOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Fits the weights by which a page is ordered: those that make the held-out targets most likely
 * among their candidates ({@link ListLoss}).
 *
 * <p>A page must not be worse than retrieval alone. The weights are therefore judged on users who
 * had no part in the fit. The users are halved, and the weights for each half come from the other
 * half. If the NDCG@10 of all these pages is below that of retrieval, the page keeps retrieval's
 * order. Otherwise the weights are fitted once more, on all users.
 *
 * <p>The published weights are scaled so that the utilities of a list have a standard deviation of
 * 0.1. The probabilities of clicks in a list have about this standard deviation. Settings that
 * compare utilities, such as the temperature of exploration, therefore keep their meaning. The
 * scale does not change the order.
 */
public final class PageFit {
  /** Smallest number of targets from which weights are fitted. */
  public static final int LEAST_TARGETS = 50;

  private static final int PAGE = 10;
  private static final double RIDGE = 1;
  private static final double DEVIATION = 0.1;

  private PageFit() {}

  /**
   * Returns the weights. Empty if retrieval finds fewer than {@link #LEAST_TARGETS} of the targets.
   *
   * @param users candidates of each user; users whose target was not found have no influence
   * @param actions names of the actions, in the order of the probabilities
   */
  public static Optional<FittedPageOrder> fit(List<PageCandidates> users, List<String> actions) {
    List<PageCandidates> found = users.stream().filter(PageCandidates::findsTarget).toList();
    if (found.size() < LEAST_TARGETS) {
      return Optional.empty();
    }
    PageOrder retrieval = PageOrder.ofRetrieval(actions.size());
    double alone = ndcg(found, retrieval) / found.size();
    double page = 0;
    for (int half = 0; half < 2; half++) {
      PageOrder order = order(weights(half(found, 1 - half), actions.size()));
      page += ndcg(half(found, half), order) / found.size();
    }
    boolean mixes = page >= alone;
    float[] weights = mixes ? weights(found, actions.size()) : unit(actions.size());
    return Optional.of(
        new FittedPageOrder(
            weights[0],
            named(weights, actions),
            found.size(),
            Math.min(1, alone),
            Math.min(1, mixes ? page : alone)));
  }

  private static List<PageCandidates> half(List<PageCandidates> all, int half) {
    return IntStream.range(0, all.size()).filter(i -> i % 2 == half).mapToObj(all::get).toList();
  }

  private static Map<String, Float> named(float[] weights, List<String> actions) {
    Map<String, Float> named = new LinkedHashMap<>();
    for (int action = 0; action < actions.size(); action++) {
      named.put(actions.get(action), weights[1 + action]);
    }
    return named;
  }

  private static PageOrder order(float[] weights) {
    return PageOrder.of(weights[0], Arrays.copyOfRange(weights, 1, weights.length));
  }

  private static float[] unit(int actions) {
    float[] weights = new float[1 + actions];
    weights[0] = 1;
    return weights;
  }

  /**
   * Returns the fitted weights of the dot product and of the probabilities, scaled as described
   * above. If no input varies within a list, the first weight is 1 and the others are 0.
   *
   * @param lists candidates of each user; every list has its target among its candidates
   * @param actions number of the probabilities of a candidate
   */
  public static float[] weights(List<PageCandidates> lists, int actions) {
    double[] scales = ListLoss.scales(lists, 1 + actions);
    double[] ridge = new double[scales.length];
    Arrays.fill(ridge, RIDGE);
    ListLoss loss = new ListLoss(lists, scales);
    double[] fitted = Newton.minimise(loss, ridge);
    double deviation = loss.deviation(fitted);
    if (!(deviation > 0)) {
      return unit(actions);
    }
    float[] weights = new float[fitted.length];
    for (int a = 0; a < weights.length; a++) {
      weights[a] = scales[a] == 0 ? 0 : (float) (fitted[a] / scales[a] * DEVIATION / deviation);
    }
    return weights;
  }

  private static double ndcg(List<PageCandidates> users, PageOrder order) {
    double sum = 0;
    for (PageCandidates user : users) {
      int place = user.place(order);
      sum += place <= PAGE ? Math.log(2) / Math.log1p(place) : 0;
    }
    return sum;
  }
}
