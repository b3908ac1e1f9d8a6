package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsSchemaTest {
  private final ObjectNode schema =
      SettingsSchema.of(Shop.class, "A shop", Shop.class, "shop.yaml");

  private String property(String path) {
    return schema.at("/properties/" + path).toString();
  }

  @Test
  void of_eachType_isDescribed() {
    assertThat(property("door/properties/width/type")).isEqualTo("\"integer\"");
    assertThat(property("door/properties/height/type")).isEqualTo("\"integer\"");
    assertThat(property("door/properties/share/type")).isEqualTo("\"number\"");
    assertThat(property("door/properties/open/type")).isEqualTo("\"boolean\"");
    assertThat(property("door/properties/delay/pattern")).contains("ms");
    assertThat(property("name/type")).isEqualTo("[\"string\",\"number\",\"boolean\"]");
    assertThat(property("size/enum")).isEqualTo("[\"very-small\",\"LARGE\"]");
    assertThat(property("weights/additionalProperties/type")).isEqualTo("\"number\"");
    assertThat(property("tags/items/type")).contains("string");
    assertThat(property("ids/items/type")).isEqualTo("\"integer\"");
    assertThat(property("note/properties/most_lines/type")).isEqualTo("\"integer\"");
  }

  @Test
  void of_unknownKeys_areRefusedAtEachLevel() {
    assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(schema.at("/properties/door/additionalProperties").asBoolean(true)).isFalse();
  }

  @Test
  void of_defaults_areThoseOfTheFile() {
    assertThat(property("door/properties/width/default")).isEqualTo("90");
    assertThat(property("tags/default")).isEqualTo("[\"a\",\"b\"]");
    assertThat(schema.at("/properties/door").has("default")).isFalse();
    assertThat(schema.at("/properties/name").has("description")).isFalse();
  }

  @Test
  void durationsAndSizes_matchTheirPatterns() {
    String duration = schema.at("/properties/door/properties/delay/pattern").asText();
    for (String text : new String[] {"250ms", "10s", "5m", "1h", "2d", "PT1M30S"}) {
      assertThat(text).matches(duration);
    }
    assertThat("soon").doesNotMatch(duration);
    record Box(ByteSize size) {}
    JsonNode box = SettingsSchema.of(Box.class, "A box", Shop.class, "shop.yaml");
    String size = box.at("/properties/size/pattern").asText();
    assertThat("512MiB").matches(size);
    assertThat("512MB").doesNotMatch(size);
  }

  @Test
  void comments_ofAKey_areTheLinesAboveAndBehind() {
    Map<String, String> comments =
        SettingsComments.of(
            """
            # About the file.

            # Where people come in.
            # Only one.
            door:
              width: 90         # in centimetres,
                                #   without the frame
              name: "a # b"     # text on it
              # How far it opens.
              share: 0.5
              plain: a
            tags: [a, b]
            """);
    assertThat(comments)
        .isEqualTo(
            Map.of(
                "door", "Where people come in. Only one.",
                "door.width", "in centimetres, without the frame",
                "door.name", "text on it",
                "door.share", "How far it opens."));
  }
}
