package io.unipin.settings;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written as a text: {@code 64KiB}, {@code 512MiB}, {@code 2GiB}, {@code 4096B},
 * or {@code 4096}. In YAML the last form needs quotes, because a number is no text.
 */
public record ByteSize(long bytes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB)?");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of 0 or more expected, got " + bytes);
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ByteSize parse(String text) {
    Matcher matcher = TEXT.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a size such as 512MiB expected, got '" + text + "'");
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    int shift =
        switch (unit) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    long count = Long.parseLong(matcher.group(1));
    if (count > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("a size below 8589934592GiB expected, got '" + text + "'");
    }
    return new ByteSize(count << shift);
  }

  @JsonValue
  @Override
  public String toString() {
    for (int shift = 30; shift > 0; shift -= 10) {
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return String.format(Locale.ROOT, "%d%siB", bytes >> shift, "KMG".charAt(shift / 10 - 1));
      }
    }
    return Long.toString(bytes);
  }
}
