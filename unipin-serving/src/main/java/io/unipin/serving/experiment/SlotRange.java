package io.unipin.serving.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A range of slots of a layer, including both ends, written as {@code 0-4999}. */
public record SlotRange(int first, int last) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,4})\\s*-\\s*(\\d{1,4})");

  public SlotRange {
    if (first < 0 || last < first || last >= Slots.COUNT) {
      throw new IllegalArgumentException(
          "slots such as 0-4999, within 0-%s and in order, expected, got %s-%s"
              .formatted(Slots.COUNT - 1, first, last));
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SlotRange parse(String text) {
    Matcher matcher = TEXT.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("slots such as 0-4999 expected, got '" + text + "'");
    }
    return new SlotRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  boolean contains(int slot) {
    return slot >= first && slot <= last;
  }

  boolean overlaps(SlotRange other) {
    return first <= other.last && other.first <= last;
  }

  @JsonValue
  @Override
  public String toString() {
    return first + "-" + last;
  }
}
