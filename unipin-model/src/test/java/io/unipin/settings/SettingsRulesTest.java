package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which settings the strict reader refuses, and with which errors. */
final class SettingsRulesTest {
  @TempDir Path folder;

  private Shop read(String text) throws IOException {
    return Shop.tree(folder, text).bind(Shop.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          dor: {}                      | my.yaml:1:1: dor: unknown key; known here are [name, door, size, weights, tags, ids, note]; did you mean 'door'?
          door:\\n  Height: 1          | my.yaml:2:3: door.Height: unknown key; known here are [width, height, share, open, delay]; did you mean 'height'?
          door:\\n  zzz: 1             | my.yaml:2:3: door.zzz: unknown key; known here are [width, height, share, open, delay]
          door:\\n  width: 1.5         | my.yaml:2:3: door.width: a whole number expected, got 1.5
          door:\\n  width: 80.0        | my.yaml:2:3: door.width: a whole number expected, got 80.0
          door:\\n  width: 1e2         | my.yaml:2:3: door.width: a whole number expected, got 1e2
          door:\\n  width: "20"        | my.yaml:2:3: door.width: a whole number expected, got "20"
          door:\\n  width: wide        | my.yaml:2:3: door.width: a whole number expected, got "wide"
          door:\\n  width: true        | my.yaml:2:3: door.width: a whole number expected, got true
          door:\\n  width: ""          | my.yaml:2:3: door.width: a whole number expected, got ""
          door:\\n  width: 010         | my.yaml:2:3: door.width: a whole number expected, got "010"
          door:\\n  width: [80]        | my.yaml:2:3: door.width: a whole number expected, got [80]
          door:\\n  width: {a: 1}      | my.yaml:2:3: door.width: a whole number expected, got {"a":1}
          door:\\n  width: ~           | my.yaml:2:3: door.width: a value expected, got nothing
          door:\\n  width: 3000000000  | my.yaml:2:3: door.width: -2147483648 to 2147483647 expected, got 3000000000
          door:\\n  height: 9223372036854775808 | my.yaml:2:3: door.height: -9223372036854775808 to 9223372036854775807 expected, got 9223372036854775808
          door:\\n  width: 1000        | my.yaml:2:3: door.width: 1 to 900 expected, got 1000
          door:\\n  share: "0.5"       | my.yaml:2:3: door.share: a number expected, got "0.5"
          door:\\n  share: 1e999       | my.yaml:2:3: door.share: a finite number expected, got 1e999
          door:\\n  share: .inf        | my.yaml:2:3: door.share: a number expected, got ".inf"
          door:\\n  share: .nan        | my.yaml:2:3: door.share: a number expected, got ".nan"
          door:\\n  open: "true"       | my.yaml:2:3: door.open: true or false expected, got "true"
          door:\\n  open: 1            | my.yaml:2:3: door.open: true or false expected, got 1
          door:\\n  delay: 10          | my.yaml:2:3: door.delay: a duration such as 250ms, 10s, 5m or 1h expected, got 10
          door: 5                      | my.yaml:1:1: door: keys below it expected, got 5
          door: [1]                    | my.yaml:1:1: door: keys below it expected, got [1]
          door: "5"                    | my.yaml:1:1: door: keys below it expected, got "5"
          size: large                  | my.yaml:1:1: size: one of [very-small, LARGE] expected, got "large"; did you mean 'LARGE'?
          size: SMALL                  | my.yaml:1:1: size: one of [very-small, LARGE] expected, got "SMALL"
          size: 1                      | my.yaml:1:1: size: one of [very-small, LARGE] expected, got 1
          size: ""                     | my.yaml:1:1: size: one of [very-small, LARGE] expected, got ""
          weights:\\n  like: "2"       | my.yaml:2:3: weights.like: a number expected, got "2"
          weights:\\n  like: 1e39      | my.yaml:2:3: weights.like: a finite number expected, got 1e39
          ids: [1, 9223372036854775808] | my.yaml:1:10: ids[1]: -9223372036854775808 to 9223372036854775807 expected, got 9223372036854775808
          weights:\\n  like:           | my.yaml:2:3: weights.like: a value expected, got nothing
          weights: [1]                 | my.yaml:1:1: weights: keys below it expected, got [1]
          tags: a                      | my.yaml:1:1: tags: a list such as [a, b] expected, got "a"
          tags: ""                     | my.yaml:1:1: tags: a list such as [a, b] expected, got ""
          tags: {a: b}                 | my.yaml:1:1: tags: a list such as [a, b] expected, got {"a":"b"}
          tags: [a, [b]]               | my.yaml:1:11: tags[1]: a text expected, got ["b"]
          tags:\\n- a\\n-\\n           | my.yaml:3:2: tags[1]: a value expected, got nothing
          ids: [1, 2.5]                | my.yaml:1:10: ids[1]: a whole number expected, got 2.5
          ids: [1, "2"]                | my.yaml:1:10: ids[1]: a whole number expected, got "2"
          name: [a]                    | my.yaml:1:1: name: a text expected, got ["a"]
          name:                        | my.yaml:1:1: name: a value expected, got nothing
          note: {}                     | my.yaml:1:1: note: the key 'text' is missing
          note: {text: a, mostLines: 1}| my.yaml:1:17: note.mostLines: unknown key; known here are [text, hint, most_lines]; did you mean 'most_lines'?
          note: {text: [a]}            | my.yaml:1:8: note.text: a text expected, got ["a"]
          """)
  void bind_valueThatDoesNotFit_isRefusedAtItsKey(String text, String message) throws IOException {
    assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          door:\\n  width: 1\\n  width: 2     | my.yaml:3:3: door.width: a key that stands once expected, got it again; the first stands in line 2
          name: &n a\\ntags: [*n]             | my.yaml:2:8: tags[0]: a value expected, got the alias *n
          name: !!str 5                       | my.yaml:1:1: name: a value without a tag expected, got !tag:yaml.org,2002:str
          door: !java.net.URL {}              | my.yaml:1:1: door: a value without a tag expected, got !java.net.URL
          door:\\n  <<: {width: 1}            | my.yaml:2:3: door.<<: a key expected, got a merge key
          --- {name: a}\\n--- {name: b}       | my.yaml:2:5: one document expected, got a second
          - a                                 | my.yaml:1:1: keys such as 'name:' expected, got ["a"]
          name                                | my.yaml:1:1: keys such as 'name:' expected, got "name"
          name: a: b                          | my.yaml:1:8: mapping values are not allowed here
          tags: [a                            | my.yaml:1:9: expected ',' or ']', but got <stream end>
          """)
  void merge_textThatMeansTwoThings_isRefused(String text, String message) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class).hasMessage(message);
  }

  @Test
  void merge_fileThatIsNoText_isRefused() throws IOException {
    Path file = folder.resolve("my.yaml");
    assertThatThrownBy(() -> Shop.DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml: can't be read: no such file");
    Files.write(file, "name: a\n# \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Shop.DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml:2:3: UTF-8 expected, got the byte 0xe4");
    Files.writeString(file, "#".repeat(1 << 20) + "\n");
    assertThatThrownBy(() -> Shop.DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml: at most 1048576 bytes expected, got 1048577");
    Files.writeString(file, "name: " + "[".repeat(45) + "]".repeat(45));
    assertThatThrownBy(() -> read("weights: " + "{a: ".repeat(60) + "1" + "}".repeat(60)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("my.yaml:1:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          door.width   | 1.5          | door.width: a whole number expected, got 1.5
          door.width   | "20"         | door.width: a whole number expected, got "20"
          door.width   | 1000         | door.width: 1 to 900 expected, got 1000
          door.width   | ~            | door.width: a value expected, got nothing
          door.width.a | 1            | door.width: a whole number expected, got {"a":1}
          door.wdth    | 1            | door.wdth: unknown key; known here are [width, height, share, open, delay]; did you mean 'width'?
          door         | 5            | door: keys below it expected, got 5
          weights      | {a: 1, a: 2} | weights.a: a key that stands once expected, got it again
          weights      | {a: b}       | weights.a: a number expected, got "b"
          tags         | [a           | tags: expected ',' or ']', but got <stream end>
          name         | *a           | name: a value expected, got the alias *a
          """)
  void set_wrongValue_namesTheOverride(String key, String value, String message) {
    assertThatThrownBy(() -> Shop.set(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--set " + key + ": " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {\\n  "width": "20"\\n}      | door.json:2:3: width: a whole number expected, got "20"
          {"width": 1.0}               | door.json:1:2: width: a whole number expected, got 1.0
          {"width": 1, "width": 2}     | door.json:1:14: width: a key that stands once expected, got it again; the first stands in line 1
          {"width": 1, "hight": 2}     | door.json:1:14: hight: unknown key; known here are [width, height, share, open, delay]; did you mean 'height'?
          {"width": 1}                 | door.json: the key 'height' is missing
          {"width": 1} {}              | door.json:1:14: one document expected, got a second
          {width: 1}                   | door.json:1:2: Unexpected character
          [1]                          | door.json:1:1: keys expected, got [1]
          {                            | door.json:1:
          ``                           | door.json: the key 'width' is missing
          """)
  void of_json_isReadByTheSameRules(String text, String message) {
    byte[] json = text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> SettingsTree.of("door.json", json, Syntax.JSON).bind(Shop.Door.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusal_ofHostileKeysAndValues_isOneShortLine() {
    assertThatThrownBy(() -> read("? \"a\\x0a" + "b".repeat(5000) + "\"\\n: 1"))
        .message()
        .startsWith("my.yaml:1:3: a bbb")
        .hasSizeLessThan(1000)
        .doesNotContain("\n");
    assertThatThrownBy(() -> read("door: {width: " + "c".repeat(5000) + "}"))
        .message()
        .hasSizeLessThan(1000);
    assertThatThrownBy(() -> Shop.set("d".repeat(5000), "1")).message().hasSizeLessThan(2000);
  }
}
