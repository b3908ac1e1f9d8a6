package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTreeTest {
  private static final SettingsTree DEFAULTS =
      SettingsTree.ofDefaults(SettingsTreeTest.class, "shop.yaml");

  /** Each kind of value that settings have. */
  record Shop(
      String name,
      Door door,
      Size size,
      Map<String, Float> weights,
      List<String> tags,
      List<Long> ids,
      @Nullable Note note) {}

  record Door(int width, long height, double share, boolean open, Duration delay) {
    Door {
      SettingException.checkRange("width", width, 1, 900);
    }
  }

  enum Size {
    @JsonProperty("very-small")
    SMALL,
    LARGE
  }

  record Note(Located text, @Nullable String hint, @JsonProperty("most_lines") int mostLines) {}

  @TempDir Path folder;

  private Shop read(String text) throws IOException {
    return tree(text).bind(Shop.class);
  }

  private SettingsTree tree(String text) throws IOException {
    SettingsTree tree = DEFAULTS.copy();
    tree.merge(Files.writeString(folder.resolve("my.yaml"), text.replace("\\n", "\n")));
    return tree;
  }

  private static Shop set(String key, String value) {
    SettingsTree tree = DEFAULTS.copy();
    tree.set(key, value, "--set " + key);
    return tree.bind(Shop.class);
  }

  @Test
  void bind_defaults_haveEveryKind() {
    Shop shop = DEFAULTS.copy().bind(Shop.class);
    assertThat(shop.name()).isEqualTo("corner");
    assertThat(shop.door()).isEqualTo(new Door(90, 210, 0.5, true, Duration.ofSeconds(10)));
    assertThat(shop.size()).isEqualTo(Size.SMALL);
    assertThat(shop.weights()).containsExactly(Map.entry("click", 1f));
    assertThat(shop.tags()).containsExactly("a", "b");
    assertThat(shop.ids()).containsExactly(1L);
    assertThat(shop.note()).isNull();
  }

  @Test
  void merge_laterLayers_coverEarlierOnesKeyByKey() throws IOException {
    SettingsTree tree =
        tree("door:\\n  width: 80\\n  height: 200\\nweights: {like: 2}\\ntags: [c]");
    tree.set("door.height", "190", "--set door.height");
    Shop shop = tree.bind(Shop.class);
    assertThat(shop.door()).isEqualTo(new Door(80, 190, 0.5, true, Duration.ofSeconds(10)));
    assertThat(shop.weights()).containsOnlyKeys("click", "like");
    assertThat(shop.tags()).containsExactly("c");
    assertThat(DEFAULTS.copy().bind(Shop.class).door().width()).isEqualTo(90);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "~", "door:", "door: {}", "\ufeffname: corner"})
  void merge_fileThatSaysNothing_leavesTheDefaults(String text) throws IOException {
    assertThat(read(text)).isEqualTo(DEFAULTS.copy().bind(Shop.class));
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
    assertThatThrownBy(() -> DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml: can't be read: no such file");
    Files.write(file, "name: a\n# \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml:2:3: UTF-8 expected, got the byte 0xe4");
    Files.writeString(file, "#".repeat(1 << 20) + "\n");
    assertThatThrownBy(() -> DEFAULTS.copy().merge(file))
        .hasMessage("my.yaml: at most 1048576 bytes expected, got 1048577");
    Files.writeString(file, "name: " + "[".repeat(45) + "]".repeat(45));
    assertThatThrownBy(() -> read("weights: " + "{a: ".repeat(60) + "1" + "}".repeat(60)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("my.yaml:1:");
  }

  @Test
  void bind_plainScalarForText_isTakenAsItIsWritten() throws IOException {
    assertThat(read("name: 1.10").name()).isEqualTo("1.10");
    assertThat(read("name: 007").name()).isEqualTo("007");
    assertThat(read("name: 1_000").name()).isEqualTo("1_000");
    assertThat(read("name: yes").name()).isEqualTo("yes");
    assertThat(read("name: 1e999").name()).isEqualTo("1e999");
    assertThat(read("tags: [1.0, on, 0x1F]").tags()).containsExactly("1.0", "on", "0x1F");
    assertThat(set("name", "20221129").name()).isEqualTo("20221129");
    assertThat(set("name", "").name()).isEmpty();
    Note note = read("note:\\n  text: 1.50\\n  most_lines: 3").note();
    assertThat(note).isEqualTo(new Note(new Located("1.50", new Place("my.yaml", 2, 3)), null, 3));
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
    assertThatThrownBy(() -> set(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--set " + key + ": " + message);
  }

  @Test
  void set_textOfSeveralDocumentsOrOfNone_isRefusedOrEmpty() {
    assertThatThrownBy(() -> set("name", "a\n--- b"))
        .hasMessage("--set name: name: one document expected, got a second");
    assertThatThrownBy(() -> set("name", "# nothing")).hasMessageEndingWith(BindFailure.NOTHING);
    assertThat(set("name", " ").name()).isEmpty();
  }

  @Test
  void set_variable_isNamed() {
    SettingsTree tree = DEFAULTS.copy();
    tree.set("door.width", "\"20\"", "UNIPIN_DOOR_WIDTH");
    assertThatThrownBy(() -> tree.bind(Shop.class))
        .hasMessage("UNIPIN_DOOR_WIDTH: door.width: a whole number expected, got \"20\"");
    assertThatThrownBy(() -> DEFAULTS.copy().set("a." + "a.".repeat(100) + "b", "1", "--set a"))
        .hasMessage("--set a: at most 50 levels expected, got more");
  }

  @Test
  void refusal_ofAValue_hasThePlaceOfItsLastWriter() throws IOException {
    SettingsTree tree = tree("door:\\n  width: 80\\ntags:\\n  - a\\n  - b");
    tree.set("weights.like", "2", "--set weights.like");
    assertThat(tree.refusal("door.width", "no")).hasMessage("my.yaml:2:3: door.width: no");
    assertThat(tree.refusal("door.height", "no"))
        .as("a default is a matter of the branch that the file has")
        .hasMessage("my.yaml:1:1: door.height: no");
    assertThat(tree.refusal("size", "no")).hasMessage("shop.yaml:9:1: size: no");
    assertThat(tree.refusal("tags[1]", "no")).hasMessage("my.yaml:5:5: tags[1]: no");
    assertThat(tree.refusal("weights.like", "no"))
        .hasMessage("--set weights.like: weights.like: no");
    assertThat(tree.refusal("nowhere", "no")).hasMessage("my.yaml: nowhere: no");
    tree.set("door.width", "70", "--set door.width");
    assertThat(tree.refusal("door.width", "no"))
        .hasMessage("--set door.width: door.width: no")
        .satisfies(e -> assertThat(e.key()).isEqualTo("door.width"))
        .satisfies(e -> assertThat(e.reason()).isEqualTo("no"));
  }

  @Test
  void bind_wrongDefault_namesTheResource() {
    SettingsTree tree = SettingsTree.ofDefaults(SettingsTreeTest.class, "shop.yaml");
    assertThatThrownBy(() -> tree.bind(Note.class))
        .hasMessageStartingWith("shop.yaml:2:1: name: unknown key; known here are [text, ");
  }

  @Test
  void of_record_readsBackEqual() throws IOException {
    Shop shop = read("door: {delay: 90s}\\nweights: {like: 0.25}\\nsize: LARGE");
    assertThat(SettingsTree.of(shop).bind(Shop.class)).isEqualTo(shop);
    SettingsTree tree = SettingsTree.of(shop);
    ObjectNode layer = SettingsTree.of(shop).values();
    layer.retain("door");
    ((ObjectNode) layer.path("door")).put("width", 1.5);
    tree.merge(layer);
    assertThatThrownBy(() -> tree.bind(Shop.class))
        .as("nobody wrote it")
        .hasMessage("door.width: a whole number expected, got 1.5");
    Path file = folder.resolve("written.yaml");
    SettingsTree.write(shop.door(), file);
    assertThat(SettingsTree.of(file).bind(Door.class)).isEqualTo(shop.door());
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
    assertThatThrownBy(() -> SettingsTree.of("door.json", json, Syntax.JSON).bind(Door.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }
}
