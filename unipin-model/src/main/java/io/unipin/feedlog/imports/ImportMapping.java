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
 * @param sources files by the name under which the SQL sees them
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
   * @param file a path of a file or folder inside the source folder; any part may hold *, and ** stands for any folders
   * @param format text, json or parquet; by content and name when absent
   * @param delimiter by the file's name when absent
   * @param encoding of text: utf-8, latin-1 or utf-16; by the byte-order mark, else utf-8, when absent
   * @param quote empty for none; by the file's name when absent
   * @param header whether the first line of text names the columns; true when absent
   * @param names the columns of text without a header
   * @param types columns of text, and of folders' names, that are not VARCHAR
   * @param nulls texts that stand for null; the empty one of delimited text when absent
   * @param maxLineCharacters how long a row of text may be
   * @param maxUnpackedBytes how much a compressed file may hold; 250 times its size, at least 1 GiB, when absent
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
   * @param from a source
   * @param columns an SQL expression for each column
   * @param where which rows of the source; all when absent
   * @param sql a query whose result has the table's columns
   */
  record Table(
      @Nullable Located from,
      @Nullable LinkedHashMap<String, Located> columns,
      @Nullable Located where,
      @Nullable Located sql) {}
}
