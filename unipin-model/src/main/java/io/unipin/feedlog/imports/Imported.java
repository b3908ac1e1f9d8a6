package io.unipin.feedlog.imports;

import java.util.List;

/**
 * Result of an import. It accounts for every row of the sources.
 *
 * @param warnings warnings about values that are allowed but probably a mistake
 */
public record Imported(
    ImportReport report, List<SourceRows> sources, List<TableRows> tables, List<String> warnings) {
  public Imported {
    sources = List.copyOf(sources);
    tables = List.copyOf(tables);
    warnings = List.copyOf(warnings);
  }
}
