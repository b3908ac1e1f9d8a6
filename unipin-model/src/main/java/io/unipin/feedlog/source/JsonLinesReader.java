package io.unipin.feedlog.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON lines: each line holds one object, and the object's keys are columns. Values are
 * returned as text. A number keeps its digits as written, and a list or an object becomes JSON. Not
 * thread-safe.
 */
public final class JsonLinesReader implements RowReader {
  private static final int MAX_COLUMNS = 1_000;
  private static final String EXPECTED = "one JSON object a line expected";

  private final TextInput in;
  private final int maxLine;
  private final JsonFactory json;
  private final Map<String, Integer> columns = new LinkedHashMap<>();
  private final boolean growing;
  private long line;

  /** Creates a reader that returns the values of the given columns, in this order. */
  public JsonLinesReader(TextInput in, int maxLine, List<String> columns) {
    this(in, maxLine, columns, false);
  }

  private JsonLinesReader(TextInput in, int maxLine, List<String> columns, boolean growing) {
    this.in = in;
    this.maxLine = maxLine;
    this.growing = growing;
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(Math.max(1, maxLine)).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    columns.forEach(column -> this.columns.put(column, this.columns.size()));
  }

  /** Returns the known keys, and then the other keys of all valid rows in order of appearance. */
  public static List<String> columns(TextInput in, int maxLine, List<String> known)
      throws IOException {
    try (JsonLinesReader reader = new JsonLinesReader(in, maxLine, known, true)) {
      while (reader.next().isPresent()) {
        if (reader.columns.size() > MAX_COLUMNS) {
          throw new SourceException(
              reader.line, "at most " + MAX_COLUMNS + " different keys expected, got more");
        }
      }
      return List.copyOf(reader.columns.keySet());
    }
  }

  @Override
  public Optional<SourceRow> next() throws IOException {
    while (in.peek() >= 0) {
      StringBuilder text = new StringBuilder();
      boolean fits = readLine(text);
      String row = text.toString();
      if (!fits) {
        return Optional.of(
            faulty(
                row,
                "at most "
                    + maxLine
                    + " characters a row expected (max_line_characters), got more"));
      }
      if (!row.isBlank()) {
        return Optional.of(row(row));
      }
    }
    return Optional.empty();
  }

  private boolean readLine(StringBuilder text) throws IOException {
    boolean fits = true;
    line++;
    for (int c = in.next(); c >= 0 && c != '\n'; c = in.next()) {
      fits &= text.length() < maxLine;
      if (fits && c != TextInput.BYTE_ORDER_MARK) {
        text.append((char) c);
      }
    }
    return fits;
  }

  private SourceRow faulty(String text, String reason) {
    List<@Nullable String> values = new ArrayList<>();
    values.add(text);
    return new SourceRow(line, values, reason);
  }

  private SourceRow row(String text) throws IOException {
    if (text.indexOf(TextInput.NOT_TEXT) >= 0) {
      return faulty(text, "text in the source's encoding expected, got other bytes");
    }
    try (JsonParser parser = json.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_ARRAY && line == 1) {
        throw new SourceException(line, EXPECTED + ", got an array");
      }
      if (first != JsonToken.START_OBJECT) {
        return faulty(text, EXPECTED);
      }
      SourceRow row = new SourceRow(line, values(parser, text), null);
      return parser.nextToken() == null ? row : faulty(text, EXPECTED + ", got more behind it");
    } catch (JsonProcessingException e) {
      return faulty(
          text, EXPECTED + ", got a mistake at character " + e.getLocation().getColumnNr());
    }
  }

  private List<@Nullable String> values(JsonParser parser, String text) throws IOException {
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      values.add(null);
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken token = parser.nextToken();
      String value = value(parser, token, text);
      Integer column = columns.get(key);
      if (column == null && growing) {
        columns.put(key, columns.size());
      } else if (column != null && !growing) {
        values.set(column, value);
      }
    }
    return values;
  }

  private static @Nullable String value(JsonParser parser, JsonToken token, String text)
      throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (!token.isStructStart()) {
      return parser.getText();
    }
    int begin = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    return text.substring(begin, (int) parser.currentLocation().getCharOffset());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
