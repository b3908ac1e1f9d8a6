package io.unipin.feedlog.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelimitedReaderTest {
  private static final DelimitedReader.Format CSV = new DelimitedReader.Format(",", "\"", 40);

  private static List<SourceRow> read(String text, DelimitedReader.Format format)
      throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8), format);
  }

  private static List<SourceRow> read(byte[] bytes, DelimitedReader.Format format)
      throws IOException {
    List<SourceRow> rows = new ArrayList<>();
    TextInput in = TextInput.of(new BufferedInputStream(new ByteArrayInputStream(bytes)), null);
    try (DelimitedReader reader = new DelimitedReader(in, format)) {
      for (Optional<SourceRow> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  /** Tests texts in which n stands for LF, r for CR, q for a quote and z for a byte-order mark. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a,b~n1,2~n3,4~n         | [a, b] [1, 2] [3, 4]
          a,b~n1,2~r~n3,4         | [a, b] [1, 2] [3, 4]
          a,b~r~n1,2~n3,4~r~n     | [a, b] [1, 2] [3, 4]
          a,b~r1,2~r3,4           | [a, b] [1, 2] [3, 4]
          a,b~r1,2~n3,4~r~n5,6    | [a, b] [1, 2] [3, 4] [5, 6]
          a,b~n1,2~r              | [a, b] [1, 2]
          ~za,b~n~z1,2            | [a, b] [1, 2]
          a,~qx,y~q~n             | [a, x,y]
          a,~qx~q~qy~q~q~q~n      | [a, x"y"]
          a, ~qx~q ,b~n           | [a, x, b]
          a,x~qy~n                | [a, x"y]
          a,~q~q~n                | [a, ]
          a,,~n                   | [a, , ]
          """)
  void next_anyMixtureOfLineEndsAndQuotes_hasTheRows(String text, String rows) throws IOException {
    String read =
        String.join(
            " ", read(written(text), CSV).stream().map(r -> r.values().toString()).toList());
    assertThat(read).isEqualTo(rows);
    assertThat(read(written(text), CSV)).allMatch(row -> row.fault().isEmpty());
  }

  private static String written(String text) {
    return text.replace("~n", "\n").replace("~r", "\r").replace("~q", "\"").replace("~z", "\uFEFF");
  }

  @Test
  void next_linesInsideQuotes_areKeptAndCounted() throws IOException {
    List<SourceRow> rows = read("a,\"x\r\ny\nz\"\nb,c\n", CSV);
    assertThat(rows.get(0).values()).containsExactly("a", "x\r\ny\nz");
    assertThat(rows.get(1).line()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a,b~n~qx~qy,2~n3,4   | the delimiter or the line's end expected after a closing quote
          a,b~n1~r,2~n3,4      | LF or CRLF as the line's end expected, got CR alone
          a,b~n1,2222222222222222222222222222222222222222222222222222~n3,4 | at most 40 characters a row
          a,b~n,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,~n3,4  | at most 40 characters a row
          """)
  void next_rowThatDoesNotFit_isAtFaultAlone(String text, String fault) throws IOException {
    List<SourceRow> rows = read(written(text), CSV);
    assertThat(rows).hasSize(3);
    assertThat(rows.get(1).line()).isEqualTo(2);
    assertThat(rows.get(1).fault().orElseThrow()).startsWith(fault);
    assertThat(rows.get(2).values()).containsExactly("3", "4");
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 40", "2, 2, 14", "2, 20, 2"})
  void next_rowOfDelimiters_keepsFewValues(int width, int length, int most) throws IOException {
    String delimiter = ";".repeat(width);
    DelimitedReader.Format format = new DelimitedReader.Format(delimiter, "", 40);
    String row = ("x".repeat(length) + delimiter).repeat(1000);
    List<SourceRow> rows = read(row + "\n1" + delimiter + "2\n", format);
    assertThat(rows.get(0).fault().orElseThrow()).contains("max_line_characters");
    assertThat(rows.get(0).values()).hasSizeLessThanOrEqualTo(most);
    assertThat(rows.get(1).values()).containsExactly("1", "2");
  }

  @Test
  void next_rowAsLongAsAllowed_isWhole() throws IOException {
    DelimitedReader.Format format = new DelimitedReader.Format(",", "", 5);
    List<SourceRow> rows = read("1,2,3\n,,,,,\n1,2,34\n", format);
    assertThat(rows.get(0).fault()).isEmpty();
    assertThat(rows.get(1).fault()).isEmpty();
    assertThat(rows.get(1).values()).hasSize(6);
    assertThat(rows.get(2).fault()).isPresent();
  }

  @Test
  void next_bytesOfNoText_areAtFault() throws IOException {
    byte[] bytes = "a,b\n1,x\n2,y\n".getBytes(StandardCharsets.UTF_8);
    bytes[6] = (byte) 0xFF;
    assertThat(read(bytes, CSV).get(1).fault().orElseThrow()).contains("encoding");
    bytes[6] = 0;
    assertThat(read(bytes, CSV).get(1).fault().orElseThrow()).contains("NUL");
  }

  @Test
  void next_quoteThatNeverCloses_refusesTheFile() {
    assertThatThrownBy(() -> read("a,b\n1,\"x\n2,y\n3,z\n", CSV))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("a closing quote expected, got the end of the file")
        .extracting(e -> ((SourceException) e).line())
        .isEqualTo(2L);
  }

  @Test
  void next_longDelimiterAndNoQuote_splits() throws IOException {
    DelimitedReader.Format dat = new DelimitedReader.Format("::", "", 100);
    assertThat(read("1::\"A: b::c\n", dat).get(0).values()).containsExactly("1", "\"A: b", "c");
  }

  @Test
  void next_textPastTheBuffers_isWhole() throws IOException {
    String value = "é😀".repeat(100_000);
    DelimitedReader.Format wide = new DelimitedReader.Format(",", "\"", 1 << 20);
    List<SourceRow> rows = read("a," + value + "\r\n\"" + value + "\",b", wide);
    assertThat(rows.get(0).values()).containsExactly("a", value);
    assertThat(rows.get(1).values()).containsExactly(value, "b");
  }
}
