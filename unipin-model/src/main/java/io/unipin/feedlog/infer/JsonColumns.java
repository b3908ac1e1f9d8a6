package io.unipin.feedlog.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.infer.profile.Profiler;
import io.unipin.feedlog.infer.profile.TableProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds a column for each value inside columns of JSON objects. */
final class JsonColumns {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEEPEST = 4;
  private static final int MOST = 64;

  private final Map<String, String> sql = new LinkedHashMap<>();
  private final List<List<@Nullable String>> rows;

  private JsonColumns(List<List<@Nullable String>> rows) {
    this.rows = new ArrayList<>();
    rows.forEach(row -> this.rows.add(new ArrayList<>(row)));
  }

  /**
   * Describes a table whose columns may hold JSON objects.
   *
   * @param columns SQL expression of each column
   */
  static TableProfile profile(
      String name,
      Map<String, String> columns,
      List<List<@Nullable String>> rows,
      long estimatedRows) {
    JsonColumns flat = new JsonColumns(rows);
    flat.sql.putAll(columns);
    int at = 0;
    for (Map.Entry<String, String> column : columns.entrySet()) {
      flat.expand(column.getKey(), column.getValue(), at++);
    }
    return Profiler.profile(name, flat.sql, flat.rows, estimatedRows);
  }

  private void expand(String column, String columnSql, int at) {
    long objects = rows.stream().filter(row -> String.valueOf(row.get(at)).startsWith("{")).count();
    if (objects == 0 || objects * 10 < rows.size()) {
      return;
    }
    Map<String, Integer> places = new LinkedHashMap<>();
    for (List<@Nullable String> row : rows) {
      String text = row.get(at);
      while (row.size() < sql.size()) {
        row.add(null);
      }
      if (text != null && text.startsWith("{")) {
        try {
          Path root = new Path(column, columnSql, "$");
          flatten(JSON.readTree(text), root, 1, row, places);
        } catch (JsonProcessingException e) {
          // The text only looks like an object.
        }
      }
    }
    for (List<@Nullable String> row : rows) {
      while (row.size() < sql.size()) {
        row.add(null);
      }
    }
  }

  /** A path inside the objects of a column: its name, the column's SQL, and the JSON path. */
  private record Path(String name, String column, String json) {
    Path inside(String key) {
      return new Path(name + "." + key, column, json + ".\"" + key + '"');
    }

    String sql() {
      return "json_extract_string(TRY_CAST(%s AS JSON), %s)"
          .formatted(column, DuckSession.literal(json));
    }
  }

  private void flatten(
      JsonNode node, Path at, int depth, List<@Nullable String> row, Map<String, Integer> places) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      Path path = at.inside(field.getKey());
      JsonNode value = field.getValue();
      boolean known = places.containsKey(path.name());
      if (value.isObject() && depth < DEEPEST) {
        flatten(value, path, depth + 1, row, places);
      } else if (!value.isContainerNode()
          && field.getKey().indexOf('"') < 0
          && (known || sql.size() < MOST)) {
        put(path, value, row, places);
      }
    }
  }

  private void put(
      Path path, JsonNode value, List<@Nullable String> row, Map<String, Integer> places) {
    Integer place = places.get(path.name());
    if (place == null) {
      place = sql.size();
      places.put(path.name(), place);
      sql.put(path.name(), path.sql());
    }
    while (row.size() <= place) {
      row.add(null);
    }
    row.set(place, value.isNull() ? null : value.asText());
  }
}
