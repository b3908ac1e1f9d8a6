package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the example with keys and attributes of {@code docs/items.md}. */
@Timeout(120)
final class ItemsPageTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", "."));
  private static final String SECTION = "### An example with keys and attributes";
  private static final String COMMAND = "./unipin ";
  private static final int KEY_LENGTH = 36;

  @TempDir Path folder;

  /** Returns the lines of each code block of the example. */
  private static List<List<String>> blocks() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/items.md"));
    String section = page.substring(page.indexOf(SECTION) + SECTION.length());
    List<List<String>> blocks = new ArrayList<>();
    boolean inside = false;
    for (String line : section.substring(0, section.indexOf("\n## ")).lines().toList()) {
      if (line.startsWith("```")) {
        inside = !inside;
        if (inside) {
          blocks.add(new ArrayList<>());
        }
      } else if (inside) {
        blocks.get(blocks.size() - 1).add(line);
      }
    }
    return blocks;
  }

  /** Runs a command of the page with the file and the server of this test. */
  private List<String> run(String command, String option, String address) {
    List<String> words = new ArrayList<>();
    for (String word : command.substring(COMMAND.length()).split(" ", -1)) {
      words.add(word.endsWith(".jsonl") ? folder.resolve(word).toString() : word);
    }
    words.addAll(List.of(option, address));
    return Verbs.run(words.toArray(String[]::new)).lines().toList();
  }

  @Test
  void example_putsArticlesByKey_andThePageShowsTheirKeys() throws Exception {
    List<List<String>> blocks = blocks();
    assertThat(blocks).hasSize(3);
    Files.write(folder.resolve("articles.jsonl"), blocks.get(0));
    try (TinyServer server = ItemsServer.start(folder)) {
      List<String> printed = new ArrayList<>();
      for (String line : blocks.get(1)) {
        if (line.startsWith(COMMAND)) {
          printed.add(line);
          printed.addAll(run(line, "--server", server.adminAddress()));
        }
      }
      assertThat(printed).isEqualTo(blocks.get(1));
      List<String> page = run(blocks.get(2).get(0), "--address", server.address());
      List<String> rows = blocks.get(2).subList(2, blocks.get(2).size());
      assertThat(rows).hasSameSizeAs(blocks.get(0));
      for (String row : rows) {
        // place and probabilities depend on the model, so only id and key are compared
        String id = row.strip().split(" +", -1)[1];
        int key = row.indexOf(id) + id.length() + 2;
        String named = row.substring(key, key + KEY_LENGTH);
        assertThat(page.stream().filter(line -> line.contains("  " + id + "  ")))
            .as(row)
            .singleElement()
            .asString()
            .contains(named);
        assertThat(blocks.get(0)).anyMatch(article -> article.contains(named));
      }
    }
  }
}
