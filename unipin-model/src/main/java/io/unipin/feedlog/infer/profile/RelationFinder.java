package io.unipin.feedlog.infer.profile;

import io.unipin.feedlog.infer.profile.ColumnProfile.ListShape;
import io.unipin.feedlog.infer.profile.TableProfile.Relations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Finds how the columns of a table depend on each other, from the first rows. */
final class RelationFinder {
  private static final int ROWS = 40_000;
  private static final int MOST_KEYS = 32;
  private static final int LONGEST_KEY = 64;
  private static final int LEAST_REPEATED = 10;
  private static final int LISTS = 500;

  private final List<ColumnProfile> columns;
  private final List<List<@Nullable String>> rows;

  RelationFinder(List<ColumnProfile> columns, List<List<@Nullable String>> rows) {
    this.columns = columns;
    this.rows = rows.subList(0, Math.min(rows.size(), ROWS));
  }

  Relations find() {
    Map<String, Map<String, Double>> determined = new HashMap<>();
    Map<String, Map<String, Double>> gaps = new HashMap<>();
    Map<String, Map<String, Double>> contained = new HashMap<>();
    List<Integer> keys = new ArrayList<>();
    for (int at = 0; at < columns.size(); at++) {
      ColumnProfile column = columns.get(at);
      if (column.distinct() > 1 && column.meanLength() <= LONGEST_KEY && keys.size() < MOST_KEYS) {
        keys.add(at);
        determined.put(column.name(), determinedBy(at));
      }
    }
    for (int at = 0; at < columns.size(); at++) {
      ColumnProfile column = columns.get(at);
      if (!column.formats().isEmpty()) {
        gaps.put(column.name(), gaps(at, column.formats().iterator().next(), keys));
      }
      if (column.list() == ListShape.BLANKS
          || column.list() == ListShape.BARS
          || column.list() == ListShape.COMMAS) {
        contained.put(column.name(), contained(at, keys));
      }
    }
    return new Relations(determined, gaps, contained);
  }

  private Map<String, Double> determinedBy(int key) {
    Map<String, Integer> firstRow = new HashMap<>();
    Map<String, boolean[]> differs = new HashMap<>();
    for (int row = 0; row < rows.size(); row++) {
      List<@Nullable String> values = rows.get(row);
      String value = values.get(key);
      if (Profiler.isNull(value)) {
        continue;
      }
      Integer earlier = firstRow.putIfAbsent(String.valueOf(value), row);
      if (earlier != null) {
        boolean[] others =
            differs.computeIfAbsent(String.valueOf(value), v -> new boolean[columns.size()]);
        List<@Nullable String> first = rows.get(earlier);
        for (int at = 0; at < others.length; at++) {
          others[at] |= !String.valueOf(first.get(at)).equals(String.valueOf(values.get(at)));
        }
      }
    }
    Map<String, Double> shares = new HashMap<>();
    if (differs.size() >= LEAST_REPEATED) {
      for (int at = 0; at < columns.size(); at++) {
        int column = at;
        long same = differs.values().stream().filter(others -> !others[column]).count();
        shares.put(columns.get(at).name(), (double) same / differs.size());
      }
    }
    return shares;
  }

  private Map<String, Double> gaps(int time, TimeFormat format, List<Integer> keys) {
    long[] times = new long[rows.size()];
    List<Integer> order = new ArrayList<>();
    for (int row = 0; row < times.length; row++) {
      String text = rows.get(row).get(time);
      OptionalLong value = text == null ? OptionalLong.empty() : format.milliseconds(text);
      if (value.isPresent()) {
        times[row] = value.getAsLong();
        order.add(row);
      }
    }
    order.sort(Comparator.comparingLong(row -> times[row]));
    Map<String, Double> gaps = new HashMap<>();
    for (int key : keys) {
      Map<String, Long> last = new HashMap<>();
      long[] found = new long[order.size()];
      int count = 0;
      for (int row : order) {
        String value = rows.get(row).get(key);
        Long earlier = value == null ? null : last.put(value, times[row]);
        if (earlier != null) {
          found[count++] = times[row] - earlier;
        }
      }
      if (count >= LEAST_REPEATED) {
        Arrays.sort(found, 0, count);
        gaps.put(columns.get(key).name(), (double) found[count / 2]);
      }
    }
    return gaps;
  }

  private Map<String, Double> contained(int list, List<Integer> keys) {
    Map<String, Double> shares = new HashMap<>();
    for (int key : keys) {
      int holds = 0;
      int tested = 0;
      for (int row = 0; row < rows.size() && tested < LISTS; row++) {
        String text = rows.get(row).get(list);
        String value = rows.get(row).get(key);
        if (key != list && text != null && !Profiler.isNull(value)) {
          tested++;
          holds += Arrays.asList(text.split("[ |,]+", -1)).contains(value) ? 1 : 0;
        }
      }
      if (tested >= LEAST_REPEATED) {
        shares.put(columns.get(key).name(), (double) holds / tested);
      }
    }
    return shares;
  }
}
