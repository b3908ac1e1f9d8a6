package io.unipin.feedlog;

import io.unipin.feedlog.source.Shown;
import org.jspecify.annotations.Nullable;

/**
 * One row that breaks the format.
 *
 * @param file the file's name
 * @param row counted from 1, without any header; of a text file the line, counted with it
 * @param column the column at fault
 * @param reason what was expected
 * @param value what stands there
 */
public record BadRow(String file, long row, String column, String reason, @Nullable String value) {
  @Override
  public String toString() {
    return complaint() + ", got " + shown();
  }

  /** All but the value, which may tell of a user. */
  String complaint() {
    String unit = file.endsWith(".parquet") ? " row " : " line ";
    String place = column.isEmpty() ? "" : ", column " + column;
    return Shown.line(file + unit + row + place + ": " + reason);
  }

  private String shown() {
    if (value == null) {
      return "null";
    }
    return "'" + Shown.value(value) + "'";
  }
}
