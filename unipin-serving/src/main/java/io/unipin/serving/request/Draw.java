package io.unipin.serving.request;

import java.util.List;

/**
 * The draw that chose the item at one position of a page.
 *
 * @param place position on the page; the first position is 0
 * @param options the items that could be drawn, each with a probability above 0. The first option
 *     is the item that the rules chose for the position. The probabilities add up to 1
 * @param drawn index of the option that was drawn
 */
public record Draw(int place, List<Option> options, int drawn) {
  /**
   * The value of {@code impressions} for the item that the rules chose. No draw reads this value.
   */
  public static final long KEPT = -1;

  public Draw {
    options = List.copyOf(options);
  }

  /**
   * An item that could be drawn.
   *
   * @param impressions number of the item's impressions on the page's surface, in the generation of
   *     counts that the page used; {@link #KEPT} for the item that the rules chose
   * @param probability probability that the item is drawn
   */
  public record Option(long item, float utility, long impressions, double probability) {}

  /** Whether the drawn item differs from the item that the rules chose. */
  public boolean isExplored() {
    return drawn != 0;
  }

  /** Returns the probability of the item that was drawn. */
  public double propensity() {
    return options.get(drawn).probability();
  }

  /** Returns the id of the item that was drawn. */
  public long item() {
    return options.get(drawn).item();
  }
}
