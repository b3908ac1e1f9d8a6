package io.unipin.feedlog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;

/**
 * A text of a YAML file with its line there.
 *
 * @param line counted from 1
 */
@JsonDeserialize(using = Located.Reader.class)
public record Located(String text, int line) {
  public FeedLogException wrong(String file, String key, String reason) {
    return new FeedLogException(file, "line " + line + ": " + key + ": " + reason);
  }

  static final class Reader extends JsonDeserializer<Located> {
    @Override
    public Located deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.currentToken().isScalarValue()) {
        return (Located)
            context.handleUnexpectedToken(Located.class, parser.currentToken(), parser, "a text");
      }
      return new Located(parser.getText(), parser.currentTokenLocation().getLineNr());
    }
  }
}
