package io.unipin.benchmarks.report;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A table of a results page. Immutable.
 *
 * @param title heading that is written above the table; empty if the page itself has one. Table
 *     and title are left out while the table has no rows
 */
record Table(String name, String title, List<String> heads, List<Row> rows) {
  Table {
    heads = List.copyOf(heads);
    rows = List.copyOf(rows);
    for (Row row : rows) {
      if (row.cells().size() != heads.size()) {
        throw new IllegalArgumentException(
            "%s: %s cells expected, got %s".formatted(name, heads.size(), row.cells()));
      }
    }
  }

  /** Returns a table without rows. */
  static Table of(String name, String... heads) {
    return titled("", name, heads);
  }

  /** Returns a table without rows that has a title. */
  static Table titled(String title, String name, String... heads) {
    return new Table(name, title, List.of(heads), List.of());
  }

  /** Returns a table that says where and when the figures of a page were measured. */
  static Table ofRuns(String name, String... files) {
    Table table = of(name, "figures", "processor", "measured on", "build");
    for (String file : files) {
      table =
          table.row(
              file, "[%s]({@file})".formatted(file), "{/machine/cpu|cpu}", "{/date|day}", "{/git}");
    }
    return table;
  }

  /**
   * Adds a row.
   *
   * @param source a file's name. The name may be followed by {@code #} and a path below the file's
   *     results.
   */
  Table row(String source, String... cells) {
    return with(new Row(file(source), base(source), false, false, "", List.of(cells)));
  }

  /** Adds a row that is left out if the file has no figure at the path {@code needed}. */
  Table rowIf(String needed, String source, String... cells) {
    return with(new Row(file(source), base(source), false, true, needed, List.of(cells)));
  }

  /**
   * Adds a row for each element of an array or of an object. In {@code source}, the path of the
   * array or of the object follows the file's name and {@code #}.
   */
  Table each(String source, String... cells) {
    return with(new Row(file(source), base(source), true, false, "", List.of(cells)));
  }

  /**
   * Adds a row for each element that has a figure at the path {@code needed}. The file may lack the
   * array or the object.
   */
  Table eachIf(String needed, String source, String... cells) {
    return with(new Row(file(source), base(source), true, true, needed, List.of(cells)));
  }

  /**
   * Adds a row that is left out while no file has its figures.
   *
   * @param source names of files, separated by {@code |}, then {@code #} and a path below the
   *     results. The first file that has this path fills the row.
   */
  Table optional(String source, String... cells) {
    return with(new Row(file(source), base(source), false, true, "", List.of(cells)));
  }

  /**
   * Adds a row that no file fills. The row holds words, or figures that other authors published.
   */
  Table published(String... cells) {
    return with(new Row("", "", false, false, "", List.of(cells)));
  }

  /** Returns the table in Markdown, or nothing if all rows are left out. */
  String markdown(ResultFiles files) {
    StringBuilder body = new StringBuilder();
    rows.forEach(row -> row.write(files, body));
    if (body.isEmpty()) {
      return "";
    }
    StringBuilder out = new StringBuilder(title.isEmpty() ? "" : "### " + title + "\n\n");
    Row.line(heads, out);
    out.append("|").append(String.join("", Collections.nCopies(heads.size(), "---|"))).append("\n");
    return out.append(body).toString();
  }

  private Table with(Row row) {
    return new Table(name, title, heads, Stream.concat(rows.stream(), Stream.of(row)).toList());
  }

  private static String file(String source) {
    int mark = source.indexOf('#');
    return mark < 0 ? source : source.substring(0, mark);
  }

  private static String base(String source) {
    int mark = source.indexOf('#');
    return mark < 0 ? "" : source.substring(mark + 1);
  }
}
