package io.unipin.settings;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** The language in which settings are written. */
public enum Syntax {
  YAML,
  JSON;

  JsonParser parser(String text) throws IOException {
    return switch (this) {
      case YAML -> StrictMapper.YAML.createParser(text);
      case JSON -> StrictMapper.JSON.createParser(text);
    };
  }
}
