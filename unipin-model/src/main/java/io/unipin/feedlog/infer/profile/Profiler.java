package io.unipin.feedlog.infer.profile;

import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Describes the columns of a table from its first rows. Pure functions. */
public final class Profiler {
  private static final int SHOWN = 8;
  private static final int TESTED_FOR_TIME = 2_000;

  /**
   * Regular expressions read at most this many characters of a list, because the stack that they
   * need grows with the list.
   */
  private static final int LONGEST_TESTED = 2_000;

  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+([.]\\d+)?([eE][+-]?\\d+)?");
  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+([.]0+)?");
  private static final Pattern PADDED = Pattern.compile("0\\d+");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d{1,7}(,\\d{1,6})?");
  private static final Pattern LABELLED = Pattern.compile("\\S+-[01]( \\S+-[01])*");
  private static final Pattern LIST_OF_IDS = Pattern.compile("[\\w.-]+([ |,] ?[\\w.-]+)+");
  private static final Pattern JSON_LIST = Pattern.compile("(?s)\\s*\\[.*\\]\\s*");
  private static final Set<String> NULLS =
      Set.of("", "NULL", "null", "\\N", "NaN", "nan", "None", "NA", "N/A");

  private Profiler() {}

  /** Whether a text stands for an absent value. */
  public static boolean isNull(@Nullable String value) {
    return value == null || NULLS.contains(value);
  }

  /** Returns the texts that stand for an absent value. */
  public static List<String> nulls() {
    return NULLS.stream().sorted().toList();
  }

  /**
   * Describes a table.
   *
   * @param columns name and SQL expression of each column
   * @param rows the first rows, with one value per column
   */
  public static TableProfile profile(
      String name,
      Map<String, String> columns,
      List<List<@Nullable String>> rows,
      long estimatedRows) {
    List<ColumnProfile> profiles = new ArrayList<>();
    int at = 0;
    for (Map.Entry<String, String> column : columns.entrySet()) {
      profiles.add(column(column.getKey(), column.getValue(), values(rows, at++)));
    }
    return new TableProfile(
        name, profiles, rows.size(), estimatedRows, new RelationFinder(profiles, rows).find());
  }

  private static List<@Nullable String> values(List<List<@Nullable String>> rows, int column) {
    List<@Nullable String> values = new ArrayList<>(rows.size());
    for (List<@Nullable String> row : rows) {
      String value = row.get(column);
      values.add(isNull(value) ? null : value);
    }
    return values;
  }

  private static ColumnProfile column(String name, String sql, List<@Nullable String> values) {
    Map<String, Long> counts = new HashMap<>();
    Set<String> first = new LinkedHashSet<>();
    long filled = 0;
    long length = 0;
    boolean commas = hasDecimalCommas(values);
    Numbers numbers = new Numbers();
    long spaced = 0;
    for (String value : values) {
      if (value == null) {
        continue;
      }
      filled++;
      length += value.length();
      spaced += value.indexOf(' ') >= 0 ? 1 : 0;
      if (counts.merge(value, 1L, Long::sum) == 1 && first.size() < SHOWN) {
        first.add(value);
      }
      numbers.add(commas ? value.replace(',', '.') : value);
    }
    return new ColumnProfile(
        name,
        commas ? "replace(CAST(" + sql + " AS VARCHAR), ',', '.')" : sql,
        values.size(),
        filled,
        counts.size(),
        share(length, filled),
        share(spaced, filled),
        share(numbers.numeric, filled),
        share(numbers.whole, filled),
        numbers.least,
        numbers.most,
        numbers.padded,
        formats(values, counts.keySet()),
        commas ? ListShape.NONE : list(counts.keySet()),
        common(counts),
        List.copyOf(first));
  }

  /** Whether the values are numbers and some of them have a decimal comma. */
  private static boolean hasDecimalCommas(List<@Nullable String> values) {
    boolean some = false;
    for (String value : values) {
      if (value != null) {
        if (!DECIMAL_COMMA.matcher(value).matches()) {
          return false;
        }
        some |= value.indexOf(',') >= 0;
      }
    }
    return some;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }

  /** Collects facts about the numbers of a column. */
  private static final class Numbers {
    private long numeric;
    private long whole;
    private double least = Double.NaN;
    private double most = Double.NaN;
    private boolean padded;

    void add(String value) {
      char start = value.charAt(0);
      if ((start < '0' || start > '9') && start != '-' && start != '+') {
        return;
      }
      if (!NUMBER.matcher(value).matches()) {
        return;
      }
      double number = Double.parseDouble(value);
      numeric++;
      whole += WHOLE.matcher(value).matches() ? 1 : 0;
      padded |= PADDED.matcher(value).matches();
      least = Double.isNaN(least) ? number : Math.min(least, number);
      most = Double.isNaN(most) ? number : Math.max(most, number);
    }
  }

  private static Map<String, Long> common(Map<String, Long> counts) {
    Map<String, Long> common = new LinkedHashMap<>();
    if (counts.size() <= ColumnProfile.MOST_COMMON) {
      counts.entrySet().stream()
          .sorted(
              Map.Entry.<String, Long>comparingByValue()
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .forEach(entry -> common.put(entry.getKey(), entry.getValue()));
    }
    return common;
  }

  /**
   * Returns the formats of time that fit the tested values: the first values, and a sample that is
   * spread over all different values.
   */
  private static Set<TimeFormat> formats(List<@Nullable String> values, Set<String> distinct) {
    Set<String> tested = new LinkedHashSet<>();
    values.stream().filter(v -> v != null).limit(TESTED_FOR_TIME / 2).forEach(tested::add);
    long step = Math.max(1, distinct.size() / (TESTED_FOR_TIME / 2));
    long at = 0;
    for (String value : distinct) {
      if (at++ % step == 0) {
        tested.add(value);
      }
    }
    Set<TimeFormat> formats = EnumSet.noneOf(TimeFormat.class);
    if (tested.isEmpty()) {
      return formats;
    }
    for (TimeFormat format : TimeFormat.values()) {
      long fits = tested.stream().filter(v -> format.milliseconds(v).isPresent()).count();
      if (fits >= ColumnProfile.NEARLY_ALL * tested.size()) {
        formats.add(format);
      }
    }
    return formats;
  }

  private static ListShape list(Set<String> distinct) {
    List<String> tested =
        distinct.stream()
            .sorted(Comparator.naturalOrder())
            .limit(TESTED_FOR_TIME)
            .map(Profiler::beginning)
            .toList();
    if (tested.isEmpty()) {
      return ListShape.NONE;
    }
    if (share(count(tested, LABELLED), tested.size()) >= ColumnProfile.NEARLY_ALL) {
      return ListShape.LABELLED;
    }
    long json =
        distinct.stream()
            .limit(TESTED_FOR_TIME)
            .filter(v -> JSON_LIST.matcher(v).matches())
            .count();
    if (share(json, tested.size()) >= ColumnProfile.NEARLY_ALL) {
      return ListShape.JSON;
    }
    for (ListShape shape : List.of(ListShape.BARS, ListShape.COMMAS, ListShape.BLANKS)) {
      String separator = shape == ListShape.BARS ? "|" : shape == ListShape.COMMAS ? "," : " ";
      long lists = tested.stream().filter(v -> v.contains(separator)).count();
      long fits =
          tested.stream()
              .filter(v -> !v.contains(separator) || LIST_OF_IDS.matcher(v).matches())
              .count();
      boolean loose = shape == ListShape.BARS;
      if (lists > 0.2 * tested.size()
          && (loose || fits >= ColumnProfile.NEARLY_ALL * tested.size())) {
        return shape;
      }
    }
    return ListShape.NONE;
  }

  /** Returns the beginning of a long list, up to the end of an entry. */
  private static String beginning(String list) {
    if (list.length() <= LONGEST_TESTED) {
      return list;
    }
    int end = LONGEST_TESTED;
    while (end > 1 && " |,".indexOf(list.charAt(end)) < 0) {
      end--;
    }
    return list.substring(0, end);
  }

  private static long count(List<String> values, Pattern pattern) {
    return values.stream().filter(value -> pattern.matcher(value).matches()).count();
  }
}
