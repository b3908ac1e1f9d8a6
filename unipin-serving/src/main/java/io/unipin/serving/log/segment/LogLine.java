package io.unipin.serving.log.segment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/**
 * One line of a log: a JSON object that names a user. An erasure reads only the user's id from it.
 */
final class LogLine {
  private static final JsonFactory JSON = new JsonFactory();

  private LogLine() {}

  /** Returns the user that a line names; empty for an incomplete line. */
  static Optional<String> user(byte[] line, int from, int length) {
    try (JsonParser parser = JSON.createParser(line, from, length)) {
      String user = null;
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isUser = parser.currentName().equals("user");
        if (parser.nextToken() == JsonToken.VALUE_STRING && isUser) {
          user = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
      boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
      return whole ? Optional.ofNullable(user) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether the range holds only blanks. An erased entry leaves blanks. */
  static boolean isBlank(byte[] line, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (line[i] != ' ' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
