package io.unipin.benchmarks.measure;

import io.unipin.cli.console.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints figures that a benchmark also writes to its file. */
public final class FigureRows {
  private FigureRows() {}

  /**
   * Prints a table with a line for each row. A figure that is itself an object, such as quartiles,
   * is only in the file.
   *
   * @param rows at least one row; all have the keys of the first
   */
  public static void print(List<Map<String, Object>> rows, PrintWriter out) {
    Table table =
        new Table(
            rows.get(0).entrySet().stream()
                .filter(FigureRows::isShown)
                .map(Map.Entry::getKey)
                .toArray(String[]::new));
    for (Map<String, Object> row : rows) {
      table.row(
          row.entrySet().stream()
              .filter(FigureRows::isShown)
              .map(figure -> text(figure.getValue()))
              .toArray());
    }
    table.print(out);
  }

  private static boolean isShown(Map.Entry<String, Object> figure) {
    return !(figure.getValue() instanceof Map);
  }

  private static Object text(Object figure) {
    return figure instanceof Double number ? String.format(Locale.ROOT, "%.3f", number) : figure;
  }
}
