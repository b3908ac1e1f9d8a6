package io.unipin.serving.request;

import java.util.List;
import java.util.Optional;

/**
 * The draws of a page, at most one for each position. A position without a draw shows the item that
 * the rules chose, with probability 1.
 *
 * @param on whether exploration was on for the page
 * @param generation generation of the counts of impressions; 0 without exploration
 * @param logsOptions whether the served log holds all options of each draw
 */
public record Draws(boolean on, long generation, boolean logsOptions, List<Draw> draws) {
  /** The draws of a page without exploration. */
  public static final Draws OFF = new Draws(false, 0, false, List.of());

  public Draws {
    draws = List.copyOf(draws);
  }

  /** Returns the number of items that were drawn in place of the items that the rules chose. */
  public int explored() {
    return (int) draws.stream().filter(Draw::isExplored).count();
  }

  /** Returns the draw for a position on the page. Positions are counted from 0. */
  public Optional<Draw> at(int place) {
    return draws.stream().filter(draw -> draw.place() == place).findFirst();
  }

  /**
   * Returns the probability with which the item at a position was chosen for this position.
   * Positions are counted from 0.
   */
  public double propensity(int place) {
    return at(place).map(Draw::propensity).orElse(1.0);
  }

  /**
   * Whether the item at a position was drawn and not chosen by the rules. Positions are counted
   * from 0.
   */
  public boolean isExplored(int place) {
    return at(place).map(Draw::isExplored).orElse(false);
  }
}
