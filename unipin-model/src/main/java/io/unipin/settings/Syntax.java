package io.unipin.settings;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** How settings are written. */
public enum Syntax {
  YAML,
  JSON;

  JsonParser parser(String text) throws IOException {
    return switch (this) {
      case YAML -> SettingsMapper.YAML.createParser(text);
      case JSON -> SettingsMapper.JSON.createParser(text);
    };
  }
}
