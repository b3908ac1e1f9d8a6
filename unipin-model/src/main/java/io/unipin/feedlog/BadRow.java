package io.unipin.feedlog;

import io.unipin.feedlog.source.Shown;
import org.jspecify.annotations.Nullable;

/**
 * A row that breaks the format.
 *
 * @param file the file's name
 * @param row number of the row, from 1; in a text file the number of the line, from 1, where the
 *     header is a line too
 * @param column name of the column at fault; empty when no single column is at fault
 * @param reason what was expected
 * @param value value that the row has in this column
 */
public record BadRow(String file, long row, String column, String reason, @Nullable String value) {
  @Override
  public String toString() {
    return complaint() + ", got " + shown();
  }

  /** Returns the message without the value. The value may reveal something about a user. */
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
