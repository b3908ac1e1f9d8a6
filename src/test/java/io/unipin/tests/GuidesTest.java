package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the settings in the guides, and that the index lists every guide. */
final class GuidesTest {
  private static final Path DOCS = Path.of(System.getProperty("unipin.root"), "docs");
  private static final Pattern YAML = Pattern.compile("(?ms)^( *)```yaml\\n(.*?)^ *```");

  @TempDir Path folder;

  private static List<Path> guides() throws IOException {
    try (Stream<Path> files = Files.list(DOCS.resolve("guides"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void settings_ofEveryGuide_areTaken() throws IOException {
    int blocks = 0;
    for (Path guide : guides()) {
      Matcher yaml = YAML.matcher(Files.readString(guide));
      while (yaml.find()) {
        blocks++;
        String settings = yaml.group(2).replaceAll("(?m)^" + yaml.group(1), "");
        Path file = Files.writeString(folder.resolve("server.yaml"), settings);
        assertThatCode(() -> ConfigReader.read(file, Map.of(), List.of()))
            .as(guide.toString())
            .doesNotThrowAnyException();
      }
    }
    assertThat(blocks).isGreaterThan(1);
  }

  @Test
  void index_listsEveryGuide() throws IOException {
    String index = Files.readString(DOCS.resolve("README.md"));
    List<String> missing = new ArrayList<>();
    for (Path guide : guides()) {
      String link = "](guides/" + guide.getFileName() + ")";
      if (!index.contains(link)) {
        missing.add(link);
      }
    }
    assertThat(missing).isEmpty();
  }
}
