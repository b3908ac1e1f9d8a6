package io.unipin.serving.log;

import io.unipin.serving.request.Draw;
import java.util.Optional;
import java.util.Set;

/**
 * A position of a served page whose item was drawn, with the actions that the user then took on
 * this item.
 *
 * @param place position on the page; the first position is 0
 * @param item id of the item that was shown
 * @param propensity probability with which the item was drawn
 * @param explored whether the item was drawn in place of the item that the rules chose
 * @param draw the draw with all of its options; empty if the log holds only the result of the draw
 * @param actions names of the user's actions on the item within the attribution time
 */
public record ServedChoice(
    Page page,
    int place,
    long item,
    double propensity,
    boolean explored,
    Optional<Draw> draw,
    Set<String> actions) {
  public ServedChoice {
    actions = Set.copyOf(actions);
  }

  /**
   * The page of a choice.
   *
   * @param arm the user's arms as {@code experiment=arm}, joined by commas, or the name of the
   *     default arm
   */
  public record Page(String user, String view, long timeMs, String surface, String arm) {}
}
