package io.unipin.feedlog.imports;

/**
 * Numbers of the rows that a mapping produced for a table: {@code mapped} = {@code written} +
 * {@code refused}.
 */
public record TableRows(String table, long mapped, long written, long refused) {
  public TableRows {
    if (mapped != written + refused) {
      throw new IllegalStateException(
          "table %s: rows mapped = written + refused expected, got %s = %s + %s"
              .formatted(table, mapped, written, refused));
    }
  }
}
