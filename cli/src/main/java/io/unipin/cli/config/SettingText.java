package io.unipin.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.unipin.feedlog.source.Shown;
import io.unipin.settings.EffectiveSetting;
import io.unipin.settings.Place;
import java.util.Locale;
import java.util.regex.Pattern;

/** Shows settings to a person, without their secrets. */
final class SettingText {
  private static final String HIDDEN = "***";

  /** The part of an address that names a user and may hold a password. */
  private static final Pattern CREDENTIALS = Pattern.compile("(://)[^/@\\s]+@");

  /**
   * Names of settings that are secrets themselves. A setting such as {@code passwordFile} only
   * names a file.
   */
  private static final Pattern SECRET = Pattern.compile(".*(password|passphrase|secret|token)");

  private SettingText() {}

  /** Returns the value without secrets. */
  static JsonNode value(EffectiveSetting setting) {
    JsonNode value = setting.value();
    String name = setting.key().substring(setting.key().lastIndexOf('.') + 1);
    boolean secret = SECRET.matcher(name.toLowerCase(Locale.ROOT)).matches();
    if (secret && !value.asText().isEmpty()) {
      return TextNode.valueOf(HIDDEN);
    }
    return value.isTextual()
        ? TextNode.valueOf(CREDENTIALS.matcher(value.asText()).replaceAll("$1" + HIDDEN + "@"))
        : value;
  }

  /** Returns the value as it is written in YAML, on one line. */
  static String line(EffectiveSetting setting) {
    JsonNode value = value(setting);
    boolean quoted = !value.isTextual() || value.asText().isEmpty();
    return Shown.line(quoted ? value.toString() : value.asText());
  }

  /**
   * Returns where the value comes from: {@code default}, a line of a file, a variable of the
   * environment, or an override.
   */
  static String source(EffectiveSetting setting) {
    Place place = setting.place();
    if (setting.isDefault()) {
      return "default";
    }
    if (place.line() > 0) {
      return place.source() + ":" + place.line();
    }
    return place.source().startsWith("--") ? place.source() : "environment " + place.source();
  }

  /** Returns the setting as one object of JSON. */
  static ObjectNode json(EffectiveSetting setting) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("key", setting.key());
    object.set("value", value(setting));
    object.put("from", source(setting));
    object.put("default", setting.isDefault());
    return object;
  }
}
