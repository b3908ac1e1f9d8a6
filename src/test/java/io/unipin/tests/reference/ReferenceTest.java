package io.unipin.tests.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that the pages of {@code docs/reference} are those that the code makes.
 *
 * <p>{@code ./unipin test -pl src/test -am -Dtest=ReferenceTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dunipin.update=reference} writes the pages again.
 */
final class ReferenceTest {
  private static final String COMMAND =
      "./unipin test -pl src/test -am -Dtest=ReferenceTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dunipin.update=reference";
  private static final String METRICS = "unipin-serving/src/main/java/io/unipin/serving/metrics";
  private static final Pattern NAME = Pattern.compile("\"(unipin(?:\\.[a-z]+)+)\"");

  static Stream<String> pages() {
    return ReferencePages.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void page_isThatOfTheCode(String name) throws IOException {
    Path file = ReferencePages.folder().resolve(name);
    Supplier<String> page = Objects.requireNonNull(ReferencePages.all().get(name));
    if ("reference".equals(System.getProperty("unipin.update"))) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, page.get());
    }
    assertThat(file).as("a page to write anew by: %s", COMMAND).exists();
    assertThat(Files.readString(file))
        .as("%s is not what the code makes; write it anew by: %s", name, COMMAND)
        .isEqualTo(page.get());
  }

  @Test
  void folder_holdsNoOtherPage() throws IOException {
    try (Stream<Path> files = Files.list(ReferencePages.folder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(ReferencePages.all().keySet());
    }
  }

  @Test
  void settings_areThoseThatYamlReads() throws IOException {
    assertSettings(
        "unipin-serving/src/main/resources/io/unipin/serving/settings/server-defaults.yaml",
        SettingsPage.server());
    assertSettings(
        "unipin-model/src/main/resources/io/unipin/train/recipe/defaults.yaml",
        SettingsPage.recipe());
  }

  private static void assertSettings(String file, List<Setting> settings) throws IOException {
    List<String> keys = new ArrayList<>();
    JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(Sources.path(file).toFile());
    collect(tree, "", keys);
    assertThat(settings.stream().filter(setting -> !setting.isSection()).map(Setting::key))
        .containsExactlyElementsOf(keys);
  }

  private static void collect(JsonNode node, String parent, List<String> keys) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = parent + field.getKey();
      if (field.getValue().isObject() && !field.getValue().isEmpty()) {
        collect(field.getValue(), key + ".", keys);
      } else {
        keys.add(key);
      }
    }
  }

  @Test
  void settings_allHaveAMeaning() {
    assertThat(Stream.concat(SettingsPage.server().stream(), SettingsPage.recipe().stream()))
        .filteredOn(setting -> !setting.isSection() && setting.meaning().isEmpty())
        .extracting(Setting::key)
        .isEmpty();
  }

  @Test
  void setting_withCommentsAroundIt_isExplainedByAllOfThem() {
    String yaml =
        """
        # The head of the file.

        server:   # where it listens
          # The name
          # of the host.
          host: "a b"    # or an address
          tls:
            on: false   # whether it
                       #   encrypts
        """;
    assertThat(Setting.read(yaml))
        .containsExactly(
            new Setting("server", "", "where it listens"),
            new Setting("server.host", "\"a b\"", "The name of the host. or an address"),
            new Setting("server.tls", "", ""),
            new Setting("server.tls.on", "false", "whether it encrypts"));
  }

  @Test
  void metrics_thatTheCodeNames_areAllListed() {
    List<String> listed = MetricsPage.ours().stream().map(Metric::name).toList();
    List<String> missing = new ArrayList<>();
    int names = 0;
    for (String source : Sources.javaIn(METRICS)) {
      Matcher name = NAME.matcher(source);
      while (name.find()) {
        names++;
        String metric = name.group(1).replace('.', '_');
        if (listed.stream()
            .noneMatch(other -> other.matches(metric + "(_total|_seconds|_ratio)?"))) {
          missing.add(metric);
        }
      }
    }
    assertThat(names).isGreaterThan(40);
    assertThat(missing).isEmpty();
  }

  @Test
  void metrics_areReadWithTheirLabels() {
    String scrape =
        """
        # HELP a_b_seconds The time
        # TYPE a_b_seconds histogram
        a_b_seconds_bucket{arm="x",le="0.1"} 0
        a_b_seconds_bucket{arm="y",le="+Inf"} 1
        a_b_seconds_count{arm="y"} 1
        """;
    assertThat(Metric.read(scrape))
        .singleElement()
        .satisfies(
            metric -> {
              assertThat(metric.name()).isEqualTo("a_b_seconds");
              assertThat(metric.help()).isEqualTo("The time");
              assertThat(metric.labels()).containsOnlyKeys("arm");
              assertThat(metric.labels().get("arm")).containsExactly("x", "y");
            });
  }

  @Test
  void plain_textWithMarks_meansItselfInMarkdown() {
    assertThat(Markdown.plain("a|b <c>  *d* [e](f)")).isEqualTo("a\\|b \\<c\\> \\*d\\* \\[e\\](f)");
    assertThat(Markdown.linked("see docs/redis.md: the rest"))
        .isEqualTo("see [redis](../redis.md): the rest");
  }
}
