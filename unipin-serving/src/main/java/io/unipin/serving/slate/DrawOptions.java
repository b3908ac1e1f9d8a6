package io.unipin.serving.slate;

import io.unipin.serving.request.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The items that one position of a page may show. Not thread-safe. */
final class DrawOptions {
  private final int place;
  private final SlateEntry kept;
  private final double probability;
  private final List<SlateEntry> candidates = new ArrayList<>();
  private final List<Long> impressions = new ArrayList<>();

  /**
   * @param place position on the page; the first position is 0
   * @param kept item that the rules chose for the position
   * @param probability probability that another item is shown
   */
  DrawOptions(int place, SlateEntry kept, double probability) {
    this.place = place;
    this.kept = kept;
    this.probability = probability;
  }

  int place() {
    return place;
  }

  SlateEntry kept() {
    return kept;
  }

  boolean isEmpty() {
    return candidates.isEmpty();
  }

  void add(SlateEntry candidate, long shown) {
    candidates.add(candidate);
    impressions.add(shown);
  }

  /** Whether one of the candidates passes the test. */
  boolean mayShow(Predicate<SlateEntry> test) {
    return candidates.stream().anyMatch(test);
  }

  /**
   * Draws the item that the position shows.
   *
   * @param uniform random number in [0, 1) that decides which item is drawn
   */
  Draw draw(ExplorationConfig config, double uniform) {
    double[] bounds = new double[candidates.size()];
    for (int i = 0; i < bounds.length; i++) {
      double utility = candidates.get(i).item().utility();
      bounds[i] = Softmax.upperBound(utility, impressions.get(i), config.bonus());
    }
    double[] shares = Softmax.of(bounds, config.temperature());
    List<Draw.Option> options = new ArrayList<>();
    options.add(
        new Draw.Option(kept.item().id(), kept.item().utility(), Draw.KEPT, 1 - probability));
    for (int i = 0; i < bounds.length; i++) {
      if (shares[i] > 0) {
        options.add(
            new Draw.Option(
                candidates.get(i).item().id(),
                candidates.get(i).item().utility(),
                impressions.get(i),
                probability * shares[i]));
      }
    }
    return new Draw(place, options, drawn(options, uniform));
  }

  /**
   * Returns the index of the first option at which the running sum of the probabilities exceeds
   * {@code uniform}.
   */
  private static int drawn(List<Draw.Option> options, double uniform) {
    double sum = 0;
    for (int i = 0; i < options.size(); i++) {
      sum += options.get(i).probability();
      if (uniform < sum) {
        return i;
      }
    }
    return options.size() - 1; // the rounded sum may end just below 1
  }
}
