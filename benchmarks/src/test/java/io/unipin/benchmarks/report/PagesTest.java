package io.unipin.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** Checks that the pages of results in the repository agree with the figures beside them. */
final class PagesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("unipin.root")).resolve("docs/results");
  private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]+)");

  @TempDir Path folder;

  private static List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }

  private void copy() throws IOException {
    for (Path file : Stream.concat(files(".md").stream(), files(".json").stream()).toList()) {
      Path copy = folder.resolve(FOLDER.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private Pages pages(Table... tables) {
    return new Pages(folder, List.of(tables));
  }

  @Test
  void committedPages_showTheCommittedFigures() throws IOException {
    assertThat(new Pages(FOLDER, Tables.all()).differing().keySet())
        .as("pages to write anew by ./unipin bench report")
        .isEmpty();
  }

  @Test
  void table_editedByHand_differs() throws IOException {
    copy();
    Path page = folder.resolve("ann.md");
    String right = Files.readString(page);
    replace(page, "| 0.9970 |", "| 0.9999 |");
    Map<Path, String> differing = new Pages(folder, Tables.all()).differing();
    assertThat(differing.keySet()).containsExactly(page);
    assertThat(differing.get(page)).isEqualTo(right);
  }

  @Test
  void figure_thatANewRunWrote_differs() throws IOException {
    copy();
    replace(folder.resolve("swap.json"), "\"swaps\" : 100", "\"swaps\" : 101");
    assertThat(new Pages(folder, Tables.all()).differing().keySet())
        .containsExactly(folder.resolve("swap.md"));
  }

  @Test
  void words_besideTables_areFree() throws IOException {
    copy();
    replace(folder.resolve("ann.md"), "**Question.**", "**What is asked.**");
    assertThat(new Pages(folder, Tables.all()).differing().keySet()).isEmpty();
  }

  @Test
  void firstPage_hasAtMostTwelveFigures() throws IOException {
    List<String> lines = Files.readAllLines(FOLDER.resolve("README.md"));
    long rows = lines.stream().filter(line -> line.startsWith("|")).count();
    long tables = lines.stream().filter(line -> line.startsWith("|---")).count();
    assertThat(tables).isEqualTo(1);
    assertThat(rows - 2).isBetween(1L, 12L);
  }

  @Test
  void committedFigures_areLinked() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path page : files(".md")) {
      all.append(Files.readString(page));
    }
    for (Path file : files(".json")) {
      assertThat(all.toString()).contains("](" + FOLDER.relativize(file) + ")");
    }
  }

  @Test
  void linksAmongPages_lead() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : files(".md")) {
      Matcher matcher = LINK.matcher(Files.readString(page));
      while (matcher.find()) {
        if (!matcher.group(1).startsWith("..") && !Files.exists(FOLDER.resolve(matcher.group(1)))) {
          dead.add(page.getFileName() + ": " + matcher.group(1));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void table_thatNobodyKnows_isRefused() throws IOException {
    Files.writeString(folder.resolve("page.md"), "<!-- table: swop -->\n<!-- end -->\n");
    assertThatThrownBy(() -> pages().differing())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("page.md", "expected, got swop");
  }

  @Test
  void table_withoutEnd_isRefused() throws IOException {
    Files.writeString(folder.resolve("page.md"), "<!-- table: one -->\n");
    assertThatThrownBy(() -> pages(Table.of("one", "head")).differing())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("page.md", "1 tables with an end expected, got 0");
  }

  @Test
  void table_onNoPage_isRefused() {
    assertThatThrownBy(() -> pages(Table.of("one", "head")).differing())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got none for [one]");
  }

  @Test
  void table_onTwoPages_isRefused() throws IOException {
    Files.writeString(folder.resolve("a.md"), "<!-- table: one -->\n<!-- end -->\n");
    Files.writeString(folder.resolve("b.md"), "<!-- table: one -->\n<!-- end -->\n");
    assertThatThrownBy(() -> pages(Table.of("one", "head")).differing())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("b.md", "expected, got one");
  }
}
