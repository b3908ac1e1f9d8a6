package io.unipin.feedlog.imports;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.unipin.feedlog.FeedSchema;
import io.unipin.settings.Located;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How files of any shape become a feed log; described in {@code docs/feed-log.md}. What is
 * {@code @Nullable} may be left out.
 *
 * @param sources files by the name under which SQL sees them
 */
record ImportMapping(
    int version,
    Schema schema,
    Map<String, Source> sources,
    Table actions,
    @Nullable Table feedviews,
    Table items) {

  record Schema(List<String> actions, List<String> positives, List<String> surfaces) {
    FeedSchema names() {
      return new FeedSchema(actions, positives, surfaces);
    }
  }

  /**
   * Files of one shape.
   *
   * @param file path of a file or folder inside the source folder; any part may contain *, and **
   *     stands for any folders
   * @param format text, json or parquet; detected by content and name when absent
   * @param delimiter column separator; chosen by the file's name when absent
   * @param encoding encoding of text: utf-8, latin-1 or utf-16; when absent, the byte-order mark
   *     decides, else utf-8
   * @param quote quote character; empty for none, chosen by the file's name when absent
   * @param header whether the first line of text names the columns; true when absent
   * @param names columns of text without a header
   * @param types types of columns of text or folder names; the default is VARCHAR
   * @param nulls texts that mean null; the empty text of delimited files when absent
   * @param maxLineCharacters largest number of characters in a row of text
   * @param maxUnpackedBytes largest unpacked size of a compressed file; 250 times its size, at
   *     least 1 GiB, when absent
   */
  public record Source(
      Located file,
      @Nullable Located format,
      @Nullable String delimiter,
      @Nullable Located encoding,
      @Nullable String quote,
      @Nullable Boolean header,
      @Nullable List<String> names,
      @Nullable LinkedHashMap<String, Located> types,
      @Nullable List<String> nulls,
      @JsonProperty("max_line_characters") @Nullable Integer maxLineCharacters,
      @JsonProperty("max_unpacked_bytes") @Nullable Long maxUnpackedBytes) {
    Map<String, Located> typesOrNone() {
      return types == null ? Map.of() : types;
    }
  }

  /**
   * One table of the feed log: either expressions over one source, or a whole query.
   *
   * @param from name of a source
   * @param columns an SQL expression for each column
   * @param where SQL condition on the rows of the source; all rows when absent
   * @param sql a query whose result has the table's columns
   */
  record Table(
      @Nullable Located from,
      @Nullable LinkedHashMap<String, Located> columns,
      @Nullable Located where,
      @Nullable Located sql) {
    /** Whether the table takes an item's id from a column of a source, as far as names tell. */
    boolean numbers(String column) {
      Located id = columns == null ? sql : columns.get("item_id");
      return id != null
          && id.text().contains(column)
          && (columns != null || id.text().contains("item_id"));
    }
  }
}
