package io.unipin.feedlog.imports;

import java.util.List;

/**
 * Result of an import, which accounts for every row.
 *
 * @param warnings values that are allowed but probably a mistake
 */
public record Imported(
    ImportReport report, List<SourceRows> sources, List<TableRows> tables, List<String> warnings) {
  public Imported {
    sources = List.copyOf(sources);
    tables = List.copyOf(tables);
    warnings = List.copyOf(warnings);
  }
}
