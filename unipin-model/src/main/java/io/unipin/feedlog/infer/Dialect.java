package io.unipin.feedlog.infer;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How delimited text is written.
 *
 * @param encoding utf-8, latin-1 or utf-16
 * @param delimiter text between two columns
 * @param quote character around a value; empty for none
 * @param header whether the first line names the columns
 * @param renamed whether {@code names} differ from the names in the first line, because the first
 *     line gives one name to two columns, or lacks the name of the first column
 * @param names names of the columns; {@code c1, c2} and so on for text without a header
 */
public record Dialect(
    String encoding,
    String delimiter,
    String quote,
    boolean header,
    boolean renamed,
    List<String> names) {
  public Dialect {
    names = List.copyOf(names);
  }

  /** Returns the encoding of text without a byte-order mark. */
  Charset charset() {
    return switch (encoding) {
      case "utf-16" -> StandardCharsets.UTF_16LE;
      case "latin-1" -> StandardCharsets.ISO_8859_1;
      default -> StandardCharsets.UTF_8;
    };
  }
}
