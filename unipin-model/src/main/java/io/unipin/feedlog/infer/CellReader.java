package io.unipin.feedlog.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.Profiler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the value of one column from a row, even if it lies inside a JSON object. */
final class CellReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int at;
  private final List<String> path;

  CellReader(DataTable table, ColumnProfile column) {
    List<String> columns = TextCopy.columns(table);
    int direct = columns.indexOf(column.name());
    int found = direct;
    String rest = "";
    for (int i = 0; i < columns.size() && direct < 0; i++) {
      if (column.name().startsWith(columns.get(i) + ".")) {
        found = i;
        rest = column.name().substring(columns.get(i).length() + 1);
      }
    }
    if (found < 0) {
      throw new IllegalArgumentException(
          "a column of " + table.name() + " expected, got " + column.name());
    }
    this.at = found;
    this.path = rest.isEmpty() ? List.of() : List.of(rest.split("\\.", -1));
  }

  /** Returns the value; null if the row has none. */
  @Nullable String read(List<@Nullable String> row) {
    String value = row.get(at);
    if (value == null || path.isEmpty()) {
      return Profiler.isNull(value) ? null : value;
    }
    try {
      JsonNode node = JSON.readTree(value);
      for (String key : path) {
        node = node.path(key);
      }
      return node.isValueNode() && !node.isNull() ? node.asText() : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
