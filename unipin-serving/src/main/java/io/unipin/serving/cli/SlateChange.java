package io.unipin.serving.cli;

import io.unipin.proto.v1.ScoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What changed from one slate to another for the items in both. */
final class SlateChange {
  private static final int SHOWN = 6;

  private final List<ScoredItem> before;
  private final List<ScoredItem> after;
  private final List<Shift> shifts = new ArrayList<>();

  private SlateChange(List<ScoredItem> before, List<ScoredItem> after) {
    this.before = before;
    this.after = after;
  }

  static SlateChange between(List<ScoredItem> before, List<ScoredItem> after) {
    SlateChange change = new SlateChange(before, after);
    Map<Long, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < before.size(); i++) {
      places.put(before.get(i).getItemId(), i);
    }
    for (int i = 0; i < after.size(); i++) {
      Integer place = places.get(after.get(i).getItemId());
      if (place != null) {
        change.compare(place, i);
      }
    }
    change.shifts.sort(Comparator.comparingDouble((Shift shift) -> -Math.abs(shift.change())));
    return change;
  }

  private void compare(int placeBefore, int placeAfter) {
    ScoredItem old = before.get(placeBefore);
    ScoredItem now = after.get(placeAfter);
    for (String action : old.getProbabilitiesMap().keySet()) {
      shifts.add(
          new Shift(
              now,
              action,
              placeBefore + 1,
              placeAfter + 1,
              old.getProbabilitiesOrThrow(action),
              now.getProbabilitiesOrThrow(action)));
    }
  }

  /** How many items stand in both slates. */
  long kept() {
    return shifts.stream().mapToLong(shift -> shift.item().getItemId()).distinct().count();
  }

  /** The largest change of a probability among items in both slates; 0 without such items. */
  double largest() {
    return shifts.isEmpty() ? 0 : Math.abs(shifts.get(0).change());
  }

  void print(Guide guide, Collection<Long> actedOn) {
    List<ScoredItem> left = without(before, after);
    List<ScoredItem> entered = without(after, before);
    guide.say(
        "%d of %d items stayed, %d left (of these %d because the user acted on them), %d are new.",
        kept(),
        before.size(),
        left.size(),
        left.stream().filter(item -> actedOn.contains(item.getItemId())).count(),
        entered.size());
    if (!entered.isEmpty()) {
      guide.say(
          "New: %s", entered.stream().map(ScoredItem::getTitle).collect(Collectors.joining("; ")));
    }
    if (shifts.isEmpty()) {
      return;
    }
    guide.say("The probabilities that moved most among the items that stayed:");
    Table table = new Table("title", "place", "probability", "before", "after", "change");
    for (Shift shift : shifts.subList(0, Math.min(SHOWN, shifts.size()))) {
      table.row(
          shift.item().getTitle(),
          shift.placeBefore() + " -> " + shift.placeAfter(),
          "p(" + shift.action() + ")",
          SlateText.probability(shift.before()),
          SlateText.probability(shift.after()),
          String.format(Locale.ROOT, "%+.3f", shift.change()));
    }
    guide.show(table);
  }

  private static List<ScoredItem> without(List<ScoredItem> items, List<ScoredItem> others) {
    return items.stream()
        .filter(item -> others.stream().noneMatch(other -> other.getItemId() == item.getItemId()))
        .toList();
  }

  /** One probability of one item, before and after. */
  private record Shift(
      ScoredItem item, String action, int placeBefore, int placeAfter, float before, float after) {
    double change() {
      return (double) after - before;
    }
  }
}
