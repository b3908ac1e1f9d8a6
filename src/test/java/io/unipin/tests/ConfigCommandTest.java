package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.settings.SettingsTree;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands about settings. */
@Timeout(60)
final class ConfigCommandTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final ObjectMapper mapper = new ObjectMapper();

  @TempDir Path folder;

  private static Printed run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("config"));
    all.addAll(List.of(arguments));
    return Printed.by(all);
  }

  private Path file(String name, String... lines) throws Exception {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  @Test
  void show_eachValue_hasItsSource() throws Exception {
    Path file = file("server.yaml", "server:", "  port: 9000", "page: {size: 7}");
    Printed shown =
        run("show", "--config", file.toString(), "--set", "page.maxSize=50", "--changed");
    assertThat(shown.code()).isZero();
    assertThat(shown.out())
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "server.port: 9000 # server.yaml:2",
            "page.size: 7 # server.yaml:3",
            "page.maxSize: 50 # --set page.maxSize");
    List<String> all = run("show", "--config", file.toString()).out();
    assertThat(all).hasSizeGreaterThan(120);
    assertThat(all)
        .map(line -> line.replaceAll(" +", " "))
        .contains("server.adminPort: 9091 # default", "audit.folder: \"\" # default");
  }

  @Test
  void show_json_hasValuesAndSources() throws Exception {
    Path json = folder.resolve("settings.json");
    run("show", "--set", "cache.budget=2GiB", "--json", json.toString());
    JsonNode all = mapper.readTree(json.toFile());
    assertThat(all)
        .anyMatch(
            each ->
                each.path("key").asText().equals("cache.budget")
                    && each.path("value").asText().equals("2GiB")
                    && each.path("from").asText().equals("--set cache.budget")
                    && !each.path("default").asBoolean(true));
  }

  @Test
  void show_whatAServerRefuses_isRefusedWithItsPlace() throws Exception {
    Path file = file("server.yaml", "server:", "  prot: 9000");
    Printed shown = run("show", "--config", file.toString());
    assertThat(shown.code()).isEqualTo(1);
    assertThat(shown.err()).hasSize(1);
    assertThat(shown.err().get(0))
        .contains("server.yaml:2:3: server.prot: unknown key", "did you mean 'port'?");
  }

  @Test
  void diff_onlyWhatDiffers_isPrinted() throws Exception {
    Path a = file("a.yaml", "server: {port: 9000, adminPort: 9091}", "cache: {timeToLive: 60m}");
    Path b = file("b.yaml", "page: {size: 7}");
    Printed printed = run("diff", a.toString(), b.toString());
    assertThat(printed.code()).isEqualTo(3);
    assertThat(printed.out())
        .containsExactly(
            "server.port: 9000 (a.yaml:1), 9090 (default)",
            "page.size: 20 (default), 7 (b.yaml:1)");
    assertThat(run("diff", a.toString(), a.toString()))
        .isEqualTo(new Printed(0, List.of("no setting differs"), List.of()));
    assertThat(run("diff", b.toString()).out())
        .containsExactly("page.size: 7 (b.yaml:1), 20 (default)");
  }

  @Test
  void diff_layersOfOneFileAlone_areAbsentInTheOther() throws Exception {
    Path a =
        file(
            "a.yaml",
            "experiments:",
            "  layers:",
            "    look:",
            "      experiments:",
            "        wide: {arms: {control: {}, more: {settings: {page: {size: 5}}}}}");
    Printed printed = run("diff", a.toString());
    assertThat(printed.out())
        .contains(
            "experiments.layers.look.experiments.wide.arms.more.settings.page.size: 5"
                + " (a.yaml:5), absent");
  }

  @Test
  void schema_ofAServer_fitsTheDefaultsAndTheShippedFile() throws Exception {
    JsonNode schema = mapper.readTree(String.join("\n", run("schema").out()));
    assertThat(schema.path("$schema").asText()).contains("2020-12");
    SettingsTree defaults = SettingsTree.ofDefaults(ConfigReader.class, "server-defaults.yaml");
    assertThat(faults(schema, defaults.values(), "")).isEmpty();
    SettingsTree shipped = SettingsTree.of(ROOT.resolve("docker/server.yaml"));
    assertThat(faults(schema, shipped.values(), "")).isEmpty();
    JsonNode port = schema.at("/properties/server/properties/port");
    assertThat(port.path("type").asText()).isEqualTo("integer");
    assertThat(port.path("default").asInt()).isEqualTo(9090);
    assertThat(port.path("description").asText()).contains("port of the service and its health");
    assertThat(schema.at("/properties/server/properties/queue/description").asText())
        .startsWith("Number of requests that may wait for a worker.")
        .endsWith("fewer than half of this number wait.");
    assertThat(schema.at("/properties/history/properties/store/enum"))
        .map(JsonNode::asText)
        .containsExactly("DISK", "REDIS");
  }

  @Test
  void schema_wrongSettings_areFaults() throws Exception {
    JsonNode schema = mapper.readTree(String.join("\n", run("schema").out()));
    for (String wrong :
        List.of(
            "server: {prot: 1}",
            "server: {port: many}",
            "cache: {budget: lots}",
            "history: {store: TAPE}",
            "slate: {blockedItems: 3}",
            "ranking: {utilityWeights: {click: much}}")) {
      SettingsTree tree = SettingsTree.of(file("wrong.yaml", wrong));
      assertThat(faults(schema, tree.values(), "")).as(wrong).hasSize(1);
    }
  }

  @Test
  void schema_ofARecipe_fitsTheRecipes() throws Exception {
    Path out = folder.resolve("recipe.schema.json");
    assertThat(run("schema", "--of", "recipe", "--out", out.toString()).code()).isZero();
    JsonNode schema = mapper.readTree(out.toFile());
    assertThat(faults(schema, SettingsTree.of(TrainConfig.defaults()).values(), "")).isEmpty();
    SettingsTree defaults = SettingsTree.ofDefaults(TrainConfig.class, "defaults.yaml");
    assertThat(faults(schema, defaults.values(), "")).isEmpty();
    SettingsTree words =
        SettingsTree.of(file("words.yaml", "training: {dropout: automatic, clip: auto}"));
    assertThat(faults(schema, words.values(), "")).hasSize(2);
    SettingsTree recipe = SettingsTree.of(ROOT.resolve("recipes/ml-100k/train.yaml"));
    assertThat(faults(schema, recipe.values(), "")).isEmpty();
    assertThat(schema.at("/properties/training/properties/task/enum"))
        .map(JsonNode::asText)
        .contains("joint");
  }

  /** Returns the paths of values that do not fit a schema. Knows only our schema's keywords. */
  private static List<String> faults(JsonNode schema, JsonNode value, String path) {
    List<String> faults = new ArrayList<>();
    JsonNode types = schema.path("type");
    if (!types.isMissingNode()) {
      List<String> allowed = new ArrayList<>();
      if (types.isArray()) {
        types.forEach(each -> allowed.add(each.asText()));
      } else {
        allowed.add(types.asText());
      }
      if (allowed.stream().noneMatch(type -> isA(type, value))) {
        faults.add(path + ": one of " + allowed + " expected, got " + value);
        return faults;
      }
    }
    JsonNode choice = schema.path("enum");
    if (choice.isArray() && !List.copyOf(texts(choice)).contains(value.asText())) {
      faults.add(path + ": one of " + choice + " expected, got " + value);
    }
    boolean matched = schema.has("pattern") && value.isTextual(); // a pattern restricts only texts
    if (matched && !value.asText().matches(schema.path("pattern").asText())) {
      faults.add(path + ": " + schema.path("pattern") + " expected, got " + value);
    }
    JsonNode more = schema.path("additionalProperties");
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      JsonNode below = schema.path("properties").path(field.getKey());
      String name = path + "/" + field.getKey();
      if (!below.isMissingNode() || more.isObject()) {
        faults.addAll(faults(below.isMissingNode() ? more : below, field.getValue(), name));
      } else if (more.isBoolean()) {
        faults.add(name + ": unknown");
      }
    }
    for (JsonNode element : value.isArray() ? value : mapper.createArrayNode()) {
      faults.addAll(faults(schema.path("items"), element, path + "[]"));
    }
    return faults;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static boolean isA(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      default -> false;
    };
  }
}
