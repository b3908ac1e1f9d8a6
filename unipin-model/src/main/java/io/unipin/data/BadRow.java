package io.unipin.data;

import org.jspecify.annotations.Nullable;

/**
 * One row that breaks the format.
 *
 * @param file the file's name
 * @param row counted from 1, without any header
 * @param column the column at fault
 * @param reason what was expected
 * @param value what stands there
 */
public record BadRow(String file, long row, String column, String reason, @Nullable String value) {
  private static final int SHOWN_CHARACTERS = 80;

  @Override
  public String toString() {
    return file + " row " + row + ", column " + column + ": " + reason + ", got " + shown();
  }

  private String shown() {
    if (value == null) {
      return "null";
    }
    boolean fits = value.length() <= SHOWN_CHARACTERS;
    return "'" + (fits ? value : value.substring(0, SHOWN_CHARACTERS) + "…") + "'";
  }
}
