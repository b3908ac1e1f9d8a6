package io.unipin.serving.log;

import io.unipin.serving.request.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A draw with all of its options, in the served log. The lists have one value per option, and the
 * first option is the item that the rules chose.
 *
 * @param place position on the page; the first position is 0
 * @param drawn index of the option that was drawn
 */
record LoggedDraw(
    int place,
    int drawn,
    List<Long> items,
    List<Float> utilities,
    List<Long> impressions,
    List<Double> probabilities) {
  static LoggedDraw of(Draw draw) {
    return new LoggedDraw(
        draw.place(),
        draw.drawn(),
        draw.options().stream().map(Draw.Option::item).toList(),
        draw.options().stream().map(Draw.Option::utility).toList(),
        draw.options().stream().map(Draw.Option::impressions).toList(),
        draw.options().stream().map(Draw.Option::probability).toList());
  }

  /** Whether the draw has all of its values and fits the page. */
  boolean isWhole(List<Long> page) {
    for (List<?> values : List.of(orNone(utilities), orNone(impressions), orNone(probabilities))) {
      if (values.size() != orNone(items).size() || values.stream().anyMatch(Objects::isNull)) {
        return false;
      }
    }
    return !orNone(items).isEmpty()
        && items.stream().noneMatch(Objects::isNull)
        && place >= 0
        && place < page.size()
        && drawn >= 0
        && drawn < items.size()
        && items.get(drawn).equals(page.get(place))
        && probabilities.stream().allMatch(p -> p > 0 && p <= 1)
        && utilities.stream().allMatch(Float::isFinite);
  }

  private static <T> List<T> orNone(List<T> list) {
    return list == null ? List.of() : list; // the JSON of a line may lack this list
  }

  Draw draw() {
    List<Draw.Option> options = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      options.add(
          new Draw.Option(
              items.get(i), utilities.get(i), impressions.get(i), probabilities.get(i)));
    }
    return new Draw(place, options, drawn);
  }
}
