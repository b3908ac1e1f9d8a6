package io.unipin.feedlog.imports;

import java.util.List;

/**
 * An import with its account of every row.
 *
 * @param warnings what is allowed and yet most likely a mistake
 */
public record Imported(
    ImportReport report, List<SourceRows> sources, List<TableRows> tables, List<String> warnings) {
  public Imported {
    sources = List.copyOf(sources);
    tables = List.copyOf(tables);
    warnings = List.copyOf(warnings);
  }
}
