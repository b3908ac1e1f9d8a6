package io.unipin.feedlog.imports;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.unipin.feedlog.FeedSchema;
import io.unipin.settings.Located;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mapping, which says how files of any shape become a feed log. {@code docs/feed-log.md}
 * describes it. Components that are {@code @Nullable} may be left out.
 *
 * @param sources sources, by the names that SQL uses for them
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
   * Files whose rows have the same columns.
   *
   * @param file path of a file or folder inside the source folder; any part may contain *, and **
   *     stands for any number of folders
   * @param format format of the files: text, json or parquet; when absent, detected by content and
   *     name
   * @param delimiter column separator; when absent, chosen by the file's name
   * @param encoding encoding of text: utf-8, latin-1 or utf-16; when absent, the byte-order mark
   *     decides, and text without such a mark is utf-8
   * @param quote quote character; an empty text means no quotes; when absent, chosen by the file's
   *     name
   * @param header whether the first line of a text file names the columns; true when absent
   * @param names names of the columns of a text file without a header; if {@code header} is true,
   *     they replace the names of the first line
   * @param types type of each column that comes from text or from names of folders; the default is
   *     VARCHAR
   * @param nulls texts that stand for null; when absent, the empty text of delimited files
   * @param maxLineCharacters largest number of characters in a row of text
   * @param maxUnpackedBytes largest unpacked size of a compressed file, in bytes; when absent, 250
   *     times the size of the file, and at least 1 GiB
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
   * How one table of the feed log is made: either by expressions over one source, or by a whole
   * query.
   *
   * @param from name of a source
   * @param columns an SQL expression for each column of the table
   * @param where SQL condition that selects rows of the source; when absent, all rows are selected
   * @param sql a query whose result has the table's columns
   */
  record Table(
      @Nullable Located from,
      @Nullable LinkedHashMap<String, Located> columns,
      @Nullable Located where,
      @Nullable Located sql) {
    /**
     * Whether the table probably takes an item's id from this column of a source. Only the text of
     * the SQL is searched for the column's name.
     */
    boolean numbers(String column) {
      Located id = columns == null ? sql : columns.get("item_id");
      return id != null
          && id.text().contains(column)
          && (columns != null || id.text().contains("item_id"));
    }
  }
}
