package io.unipin.feedlog;

import io.unipin.feedlog.source.Shown;
import org.jspecify.annotations.Nullable;

/**
 * A row that breaks the format.
 *
 * @param file the file's name
 * @param row row number from 1; for a text file, the line number from 1, which counts the header
 * @param column name of the column at fault; empty when no single column is
 * @param reason what was expected
 * @param value value that the row holds
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
