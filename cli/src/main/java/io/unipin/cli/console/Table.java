package io.unipin.cli.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A text table with aligned columns. Not thread-safe.
 *
 * <p>A column is aligned to the right if all of its cells below the head look like numbers.
 */
public final class Table {
  private static final int WIDEST = 44;

  private final String[] head;
  private final List<String[]> rows = new ArrayList<>();

  public Table(String... head) {
    this.head = head;
  }

  public Table row(Object... cells) {
    if (cells.length != head.length) {
      throw new IllegalArgumentException(head.length + " cells expected, got " + cells.length);
    }
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = cut(String.valueOf(cells[i]));
    }
    rows.add(row);
    return this;
  }

  public void print(PrintWriter out) {
    int[] widths = new int[head.length];
    boolean[] right = new boolean[head.length];
    for (int i = 0; i < head.length; i++) {
      int column = i;
      widths[i] = Math.max(length(head[i]), widest(column));
      right[i] = rows.stream().allMatch(row -> isNumber(row[column]));
    }
    out.println(line(head, widths, right));
    rows.forEach(row -> out.println(line(row, widths, right)));
  }

  private int widest(int column) {
    return rows.stream().mapToInt(row -> length(row[column])).max().orElse(0);
  }

  private static String line(String[] cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder(" ");
    for (int i = 0; i < cells.length; i++) {
      String padding = " ".repeat(widths[i] - length(cells[i]));
      line.append(' ').append(right[i] ? padding + cells[i] : cells[i] + padding).append(' ');
    }
    return line.toString().stripTrailing();
  }

  private static boolean isNumber(String cell) {
    return cell.isEmpty() || cell.equals("-") || cell.matches("[+−-]?[\\d,.]+( ?(%|ms|s|x))?");
  }

  private static String cut(String cell) {
    String clean = cell.replaceAll("\\p{Cntrl}", " ");
    return length(clean) <= WIDEST
        ? clean
        : clean.substring(0, clean.offsetByCodePoints(0, WIDEST - 1)) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
