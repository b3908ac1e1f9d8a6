package io.unipin.feedlog.infer.profile;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A way of writing an instant. Text without a time zone is UTC. Each constant can read a value in
 * Java and as SQL of DuckDB, with the same result.
 */
public enum TimeFormat {
  SECONDS("seconds since 1970", 1_000, 1),
  MILLISECONDS("milliseconds since 1970", 1, 1),
  MICROSECONDS("microseconds since 1970", 1, 1_000),
  NANOSECONDS("nanoseconds since 1970", 1, 1_000_000),
  ISO("ISO 8601", "", new String[0], new String[0]),
  YEAR_FIRST(
      "year/month/day",
      "\\d{4}/\\d{1,2}/\\d{1,2}( \\d{1,2}:\\d{2}(:\\d{2})?)?",
      new String[] {"yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy/M/d"},
      new String[] {"%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"}),
  DOTTED(
      "day.month.year",
      "\\d{1,2}\\.\\d{1,2}\\.\\d{4}(,? \\d{1,2}:\\d{2}(:\\d{2})?)?",
      new String[] {"d.M.yyyy[,] H:mm:ss", "d.M.yyyy[,] H:mm", "d.M.yyyy"},
      new String[] {
        "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M:%S", "%d.%m.%Y, %H:%M", "%d.%m.%Y"
      }),
  DOTTED_SHORT(
      "day.month.year of two digits",
      "\\d{1,2}\\.\\d{1,2}\\.\\d{2}( \\d{1,2}:\\d{2}(:\\d{2})?)?",
      new String[] {"d.M.yy H:mm:ss", "d.M.yy H:mm", "d.M.yy"},
      new String[] {"%d.%m.%y %H:%M:%S", "%d.%m.%y %H:%M", "%d.%m.%y"}),
  DAY_FIRST("day/month/year", Texts.SLASHED, slashed("d/M/"), slashedSql("%d/%m/")),
  MONTH_FIRST("month/day/year", Texts.SLASHED, slashed("M/d/"), slashedSql("%m/%d/")),
  MONTH_NAMED(
      "day month-name year",
      "\\d{1,2}[ -][A-Za-z]{3}[ -]\\d{4}( \\d{1,2}:\\d{2}(:\\d{2})?)?",
      new String[] {"d/MMM/yyyy H:mm:ss", "d/MMM/yyyy H:mm", "d/MMM/yyyy"},
      new String[] {"%d/%b/%Y %H:%M:%S", "%d/%b/%Y %H:%M", "%d/%b/%Y"}),
  MONTH_LEADS(
      "month-name day, year",
      "[A-Za-z]{3} \\d{1,2}, \\d{4}( \\d{1,2}:\\d{2}(:\\d{2})?)?",
      new String[] {"MMM d, yyyy H:mm:ss", "MMM d, yyyy H:mm", "MMM d, yyyy"},
      new String[] {"%b %d, %Y %H:%M:%S", "%b %d, %Y %H:%M", "%b %d, %Y"}),
  /** Such as {@code Tue Apr 03 18:00:09 +0000 2012}. */
  ZONED(
      "weekday, month-name, day, time, zone and year",
      "[A-Za-z]{3} [A-Za-z]{3} \\d{1,2} \\d{2}:\\d{2}:\\d{2} [+-]\\d{4} \\d{4}",
      new String[] {"EEE MMM d HH:mm:ss Z yyyy"},
      new String[] {"%a %b %d %H:%M:%S %z %Y"}),
  COMPACT(
      "digits of year, month and day",
      "(19|20)\\d{2}(0[1-9]|1[0-2])([0-2]\\d|3[01])([0-2]\\d[0-5]\\d[0-5]\\d)?",
      new String[] {"yyyyMMddHHmmss", "yyyyMMdd"},
      new String[] {"%Y%m%d%H%M%S", "%Y%m%d"});

  private static final String NUMBER =
      "\\d{9,19}(\\.\\d*)?([eE]\\+?\\d+)?|\\d\\.\\d+[eE]\\+?\\d{1,2}";
  private static final String ISO_TEXT =
      "(\\d{4}-\\d{2}-\\d{2})(?:[T ](\\d{2})(?:(:\\d{2})(:\\d{2}(?:[.]\\d{1,9})?)?"
          + " ?(Z|UTC|[+-]\\d{2}(?::?\\d{2})?)?)?)?";

  /** Matches a day with an hour alone, such as {@code 2014-12-06 02}. */
  private static final String HOUR_ALONE = "^(\\d{4}-\\d{2}-\\d{2}[T ]\\d{2})$";

  /** Bounds of plausible times: July 1979 and the year 2100. */
  private static final double FIRST_SECONDS = 3e8;

  private static final double LAST_SECONDS = 4_102_444_800.0;

  private final String described;
  private final String pattern;
  private final long times;
  private final long divided;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
  private final List<String> formats;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list
  private final List<String> sqlFormats;

  TimeFormat(String described, long times, long divided) {
    this.described = described;
    this.pattern = NUMBER;
    this.times = times;
    this.divided = divided;
    this.formats = List.of();
    this.sqlFormats = List.of();
  }

  TimeFormat(String described, String pattern, String[] formats, String[] sqlFormats) {
    this.described = described;
    this.pattern = pattern.isEmpty() ? ISO_TEXT : pattern;
    this.times = 0;
    this.divided = 1;
    this.formats = List.of(formats);
    this.sqlFormats = List.of(sqlFormats);
  }

  /** Texts that constants of this enum share. */
  private static final class Texts {
    static final String SLASHED =
        "\\d{1,2}[/-]\\d{1,2}[/-](\\d{4}|\\d{2})( \\d{1,2}:\\d{2}(:\\d{2})?( [AaPp][Mm])?)?";
  }

  /** The patterns and formatters that read the formats. */
  private static final class Readers {
    private static final Map<TimeFormat, Pattern> PATTERNS = new EnumMap<>(TimeFormat.class);
    private static final Map<TimeFormat, List<DateTimeFormatter>> FORMATTERS =
        new EnumMap<>(TimeFormat.class);

    static {
      for (TimeFormat format : values()) {
        PATTERNS.put(format, Pattern.compile(format.pattern));
        FORMATTERS.put(format, format.formats.stream().map(TimeFormat::formatter).toList());
      }
    }

    static Matcher matcher(TimeFormat format, String value) {
      return requireNonNull(PATTERNS.get(format)).matcher(value);
    }

    static List<DateTimeFormatter> formatters(TimeFormat format) {
      return requireNonNull(FORMATTERS.get(format));
    }
  }

  /** Returns the formats of dates with slashes, for years of four digits and of two digits. */
  private static String[] slashed(String day) {
    String[] times = {" h:mm:ss a", " h:mm a", " H:mm:ss", " H:mm", ""};
    return combined(day, new String[] {"yyyy", "yy"}, times);
  }

  /**
   * Returns the same formats as {@link #slashed}, for SQL. Formats with two-digit years come first,
   * because formats with four-digit years also read two-digit years.
   */
  private static String[] slashedSql(String day) {
    String[] times = {" %I:%M:%S %p", " %I:%M %p", " %H:%M:%S", " %H:%M", ""};
    return combined(day, new String[] {"%y", "%Y"}, times);
  }

  private static String[] combined(String day, String[] years, String[] times) {
    List<String> formats = new ArrayList<>();
    for (String year : years) {
      for (String time : times) {
        formats.add(day + year + time);
      }
    }
    return formats.toArray(String[]::new);
  }

  private static DateTimeFormatter formatter(String pattern) {
    DateTimeFormatterBuilder builder =
        new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern);
    if (!pattern.contains("H") && !pattern.contains("h")) {
      builder.parseDefaulting(ChronoField.HOUR_OF_DAY, 0);
    }
    if (!pattern.contains("Z")) {
      builder.parseDefaulting(ChronoField.OFFSET_SECONDS, 0);
    }
    return builder.toFormatter(Locale.ENGLISH);
  }

  private boolean isNumber() {
    return times > 0;
  }

  /**
   * Returns the time of a value in milliseconds since 1970; empty if the value does not have this
   * format.
   */
  public OptionalLong milliseconds(String value) {
    if (!Readers.matcher(this, value).matches()) {
      return OptionalLong.empty();
    }
    if (isNumber()) {
      double seconds = Double.parseDouble(value) * times / divided / 1000;
      boolean plausible = seconds >= FIRST_SECONDS && seconds <= LAST_SECONDS;
      return plausible ? OptionalLong.of(Math.round(seconds * 1000)) : OptionalLong.empty();
    }
    return this == ISO ? iso(value) : formatted(value);
  }

  private OptionalLong formatted(String value) {
    String plain =
        this == DAY_FIRST || this == MONTH_FIRST || this == MONTH_NAMED
            ? withSlashes(value)
            : value;
    for (DateTimeFormatter formatter : Readers.formatters(this)) {
      try {
        return OptionalLong.of(formatter.parse(plain, Instant::from).toEpochMilli());
      } catch (DateTimeParseException e) {
        // The next form of this format is tried.
      }
    }
    return OptionalLong.empty();
  }

  /** Returns a date with slashes between its three parts. The slashes replace dashes and blanks. */
  private static String withSlashes(String value) {
    return value.replaceFirst("^(\\w+)[ /-](\\w+)[ /-]", "$1/$2/");
  }

  private static OptionalLong iso(String value) {
    Matcher match = Readers.matcher(ISO, value);
    if (!match.matches()) {
      return OptionalLong.empty();
    }
    String hour = match.group(2) == null ? "00" : match.group(2);
    String minute = match.group(3) == null ? ":00" : match.group(3);
    String seconds = match.group(4) == null ? ":00" : match.group(4);
    String zone = match.group(5) == null || match.group(5).equals("UTC") ? "Z" : match.group(5);
    if (zone.length() == 3) {
      zone += ":00";
    } else if (zone.length() == 5) {
      zone = zone.substring(0, 3) + ":" + zone.substring(3);
    }
    try {
      String text = match.group(1) + "T" + hour + minute + seconds + zone;
      return OptionalLong.of(
          DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from).toEpochMilli());
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns an SQL expression of the time of a text or number, in milliseconds since 1970. It is
   * null for any other value, also for a number that is too large.
   */
  public String sql(String column) {
    String text = "CAST(" + column + " AS VARCHAR)";
    if (isNumber()) {
      String scale = times > divided ? " * " + times : divided > 1 ? " / " + divided : "";
      return "TRY_CAST(TRY_CAST(" + column + " AS DECIMAL(28, 6))" + scale + " AS BIGINT)";
    }
    if (this == ISO) {
      String minutes = "regexp_replace(" + text + ", '" + HOUR_ALONE + "', '\\1:00')";
      return "epoch_ms(TRY_CAST(replace(" + minutes + ", ' UTC', 'Z') AS TIMESTAMPTZ))";
    }
    boolean dashed = this == DAY_FIRST || this == MONTH_FIRST || this == MONTH_NAMED;
    String plain =
        dashed ? "regexp_replace(" + text + ", '^(\\w+)[ /-](\\w+)[ /-]', '\\1/\\2/')" : text;
    String formats =
        sqlFormats.stream().map(f -> "'" + f + "'").collect(Collectors.joining(", ", "[", "]"));
    return "epoch_ms(try_strptime(" + plain + ", " + formats + "))";
  }

  /** Returns the name of the format in messages. */
  @Override
  public String toString() {
    return described;
  }
}
