package io.unipin.cli.items;

import io.unipin.cli.console.CommandException;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.SourceException;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the rows of a file of items one by one, in their order. Not thread-safe. */
interface ItemRows extends AutoCloseable {
  /**
   * Names of the columns that are read: the columns of a feed log's items table, and expires_ms.
   */
  List<String> COLUMNS =
      List.of(
          "item_id",
          "key",
          "title",
          "category",
          "author",
          "created_ms",
          "expires_ms",
          "content",
          "attributes");

  /** Returns the next row, which has an item or a fault; empty at the end of the file. */
  Optional<ItemRow> next() throws IOException;

  /** Returns the number of rows in the file; -1 if the number is not known before the end. */
  long total();

  /** Returns the file's columns that are not read. */
  List<String> unread();

  @Override
  void close() throws IOException;

  /**
   * Opens a file. The content decides whether the file is Parquet. For a text file, the ending of
   * its name says whether it is JSON lines, comma-separated or tab-separated.
   */
  static ItemRows open(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    try {
      if (ContentKind.of(file) == ContentKind.PARQUET) {
        return ParquetItems.open(file);
      }
      String plain =
          name.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|gzip|bz2|zip|zst|zstd)$", "");
      if (plain.endsWith(".parquet")) {
        throw new CommandException(name + ": Parquet expected, got " + ContentKind.of(file));
      }
      return TextItems.open(file, plain);
    } catch (SourceException e) {
      throw new CommandException(name + ": " + e.complaint(), e);
    }
  }

  /** Refuses a file without a column {@code item_id} or {@code key}. */
  static void requireId(String file, List<String> columns) {
    if (!columns.contains("item_id") && !columns.contains("key")) {
      throw new CommandException(
          "%s: a column item_id or key expected, got %s%s".formatted(file, columns, hint(columns)));
    }
  }

  /** Returns a hint that names the right column for the first misspelt one; empty if none fits. */
  static String hint(List<String> unread) {
    return unread.stream()
        .map(column -> Nearest.hint(column, COLUMNS))
        .filter(hint -> !hint.isEmpty())
        .findFirst()
        .orElse("");
  }
}
