package io.unipin.cli.demo;

import io.unipin.cli.console.Table;
import io.unipin.cli.server.SlateText;
import io.unipin.proto.v1.ScoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The difference between an earlier and a later slate. To find the changes of probabilities, the
 * earlier slate's items are scored again later. This is possible because an item's probability does
 * not depend on the other items of its slate.
 */
final class SlateChange {
  private static final int SHOWN = 6;

  private final List<ScoredItem> before;
  private final List<ScoredItem> after;
  private final List<Shift> shifts = new ArrayList<>();

  /**
   * Compares two slates.
   *
   * @param again the items of the earlier slate, scored at the time of the later slate
   */
  SlateChange(List<ScoredItem> before, List<ScoredItem> after, List<ScoredItem> again) {
    this.before = before;
    this.after = after;
    Map<Long, ScoredItem> scores = new HashMap<>();
    again.forEach(item -> scores.put(item.getItemId(), item));
    for (ScoredItem old : before) {
      ScoredItem now = scores.get(old.getItemId());
      if (now != null) {
        old.getProbabilitiesMap().keySet().forEach(action -> shifts.add(shift(action, old, now)));
      }
    }
    shifts.sort(Comparator.comparingDouble((Shift shift) -> -Math.abs(shift.change())));
  }

  private Shift shift(String action, ScoredItem old, ScoredItem now) {
    return new Shift(
        old,
        action,
        place(before, old.getItemId()),
        place(after, old.getItemId()),
        old.getProbabilitiesOrThrow(action),
        now.getProbabilitiesOrThrow(action));
  }

  /**
   * Returns the item's position on the slate, counted from 1, or 0 if the item is not on the slate.
   */
  static int place(List<ScoredItem> slate, long item) {
    for (int i = 0; i < slate.size(); i++) {
      if (slate.get(i).getItemId() == item) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Returns the number of items that are on both slates. */
  long kept() {
    return before.stream().filter(item -> place(after, item.getItemId()) > 0).count();
  }

  /**
   * Returns the largest change of a probability among the items on both slates. If the slates share
   * no item, returns the largest change among the earlier slate's items.
   */
  double largest() {
    boolean any = kept() == 0;
    return shifts.stream()
        .filter(shift -> any || shift.placeAfter() > 0)
        .mapToDouble(shift -> Math.abs(shift.change()))
        .max()
        .orElse(0);
  }

  void print(Guide guide, Collection<Long> actedOn) {
    List<ScoredItem> entered =
        after.stream().filter(item -> place(before, item.getItemId()) == 0).toList();
    guide.say(
        "%d of %d items stayed, %d left because the user acted on them, %d for others:",
        kept(),
        before.size(),
        before.stream().filter(item -> actedOn.contains(item.getItemId())).count(),
        before.stream()
            .filter(
                item -> place(after, item.getItemId()) == 0 && !actedOn.contains(item.getItemId()))
            .count());
    guide.say("%s", entered.stream().map(ScoredItem::getTitle).collect(Collectors.joining("; ")));
    guide.say("The items of the first page, scored again; the probabilities that moved most:");
    Table table = new Table("title", "place", "probability", "before", "after", "change");
    for (Shift shift : shifts.subList(0, Math.min(SHOWN, shifts.size()))) {
      table.row(
          shift.item().getTitle(),
          shift.placeBefore() + " -> " + (shift.placeAfter() == 0 ? "off" : shift.placeAfter()),
          "p(" + shift.action() + ")",
          SlateText.probability(shift.before()),
          SlateText.probability(shift.after()),
          String.format(Locale.ROOT, "%+.3f", shift.change()));
    }
    guide.show(table);
  }

  /** The probability of one action for one item, before and after. */
  private record Shift(
      ScoredItem item, String action, int placeBefore, int placeAfter, float before, float after) {
    double change() {
      return (double) after - before;
    }
  }
}
