package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTreeTest {
  @TempDir Path folder;

  private Shop read(String text) throws IOException {
    return Shop.tree(folder, text).bind(Shop.class);
  }

  @Test
  void bind_defaults_haveEveryKind() {
    Shop shop = Shop.DEFAULTS.copy().bind(Shop.class);
    assertThat(shop.name()).isEqualTo("corner");
    assertThat(shop.door()).isEqualTo(new Shop.Door(90, 210, 0.5, true, Duration.ofSeconds(10)));
    assertThat(shop.size()).isEqualTo(Shop.Size.SMALL);
    assertThat(shop.weights()).containsExactly(Map.entry("click", 1f));
    assertThat(shop.tags()).containsExactly("a", "b");
    assertThat(shop.ids()).containsExactly(1L);
    assertThat(shop.note()).isNull();
  }

  @Test
  void merge_laterLayers_coverEarlierOnesKeyByKey() throws IOException {
    SettingsTree tree =
        Shop.tree(folder, "door:\\n  width: 80\\n  height: 200\\nweights: {like: 2}\\ntags: [c]");
    tree.set("door.height", "190", "--set door.height");
    Shop shop = tree.bind(Shop.class);
    assertThat(shop.door()).isEqualTo(new Shop.Door(80, 190, 0.5, true, Duration.ofSeconds(10)));
    assertThat(shop.weights()).containsOnlyKeys("click", "like");
    assertThat(shop.tags()).containsExactly("c");
    assertThat(Shop.DEFAULTS.copy().bind(Shop.class).door().width()).isEqualTo(90);
  }

  @Test
  void effective_eachValue_hasItsPlace() throws IOException {
    SettingsTree tree = Shop.tree(folder, "door:\\n  width: 80\\nweights: {like: 2}\\ntags: [c]");
    tree.set("door.height", "190", "--set door.height");
    Map<String, String> places = new HashMap<>();
    for (EffectiveSetting setting : tree.effective()) {
      if (!setting.isDefault()) {
        places.put(setting.key() + "=" + setting.value(), setting.place().toString());
      } else {
        assertThat(setting.place().source()).isEqualTo("shop.yaml");
        assertThat(setting.place().line()).isPositive();
      }
    }
    assertThat(places)
        .isEqualTo(
            Map.of(
                "door.width=80", "my.yaml:2:3",
                "weights.like=2", "my.yaml:3:11",
                "tags=[\"c\"]", "my.yaml:4:1",
                "door.height=190", "--set door.height"));
    assertThat(tree.effective())
        .extracting(EffectiveSetting::key)
        .contains("weights.click", "door.open", "name")
        .doesNotContain("door", "weights");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing", "~", "door:", "door: {}", "\ufeffname: corner"})
  void merge_fileThatSaysNothing_leavesTheDefaults(String text) throws IOException {
    assertThat(read(text)).isEqualTo(Shop.DEFAULTS.copy().bind(Shop.class));
  }

  @Test
  void bind_plainScalarForText_isTakenAsItIsWritten() throws IOException {
    assertThat(read("name: 1.10").name()).isEqualTo("1.10");
    assertThat(read("name: 007").name()).isEqualTo("007");
    assertThat(read("name: 1_000").name()).isEqualTo("1_000");
    assertThat(read("name: yes").name()).isEqualTo("yes");
    assertThat(read("name: 1e999").name()).isEqualTo("1e999");
    assertThat(read("tags: [1.0, on, 0x1F]").tags()).containsExactly("1.0", "on", "0x1F");
    assertThat(Shop.set("name", "20221129").name()).isEqualTo("20221129");
    assertThat(Shop.set("name", "").name()).isEmpty();
    Shop.Note note = read("note:\\n  text: 1.50\\n  most_lines: 3").note();
    assertThat(note)
        .isEqualTo(new Shop.Note(new Located("1.50", new Place("my.yaml", 2, 3)), null, 3));
  }

  @Test
  void set_textOfSeveralDocumentsOrOfNone_isRefusedOrEmpty() {
    assertThatThrownBy(() -> Shop.set("name", "a\n--- b"))
        .hasMessage("--set name: name: one document expected, got a second");
    assertThatThrownBy(() -> Shop.set("name", "# nothing"))
        .hasMessageEndingWith(BindFailure.NOTHING);
    assertThat(Shop.set("name", " ").name()).isEmpty();
  }

  @Test
  void set_variable_isNamed() {
    SettingsTree tree = Shop.DEFAULTS.copy();
    tree.set("door.width", "\"20\"", "UNIPIN_DOOR_WIDTH");
    assertThatThrownBy(() -> tree.bind(Shop.class))
        .hasMessage("UNIPIN_DOOR_WIDTH: door.width: a whole number expected, got \"20\"");
    assertThatThrownBy(
            () -> Shop.DEFAULTS.copy().set("a." + "a.".repeat(100) + "b", "1", "--set a"))
        .hasMessage("--set a: at most 50 levels expected, got more");
  }

  @Test
  void refusal_ofAValue_hasThePlaceOfItsLastWriter() throws IOException {
    SettingsTree tree = Shop.tree(folder, "door:\\n  width: 80\\ntags:\\n  - a\\n  - b");
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
    SettingsTree tree = SettingsTree.ofDefaults(Shop.class, "shop.yaml");
    assertThatThrownBy(() -> tree.bind(Shop.Note.class))
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
    assertThat(SettingsTree.of(file).bind(Shop.Door.class)).isEqualTo(shop.door());
  }
}
