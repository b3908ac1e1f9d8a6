package io.unipin.feedlog.imports;

import java.util.List;

/**
 * Numbers of a source's rows: {@code read} = {@code loaded} + {@code refused}.
 *
 * @param notes remarks about how the files were read, to be printed
 */
public record SourceRows(
    String source, int files, long read, long loaded, long refused, List<String> notes) {
  public SourceRows {
    notes = List.copyOf(notes);
    if (read != loaded + refused) {
      throw new IllegalStateException(
          "source %s: rows read = loaded + refused expected, got %s = %s + %s"
              .formatted(source, read, loaded, refused));
    }
  }
}
