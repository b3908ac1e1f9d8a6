package io.unipin.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results pages. Each table stands between two comments in a page. The first of these comments
 * names the table.
 */
final class Pages {
  private static final String BEGIN = "<!-- table: ";
  private static final Pattern BLOCK =
      Pattern.compile("(<!-- table: ([a-z0-9-]+) -->\n)(.*?)(<!-- end -->)", Pattern.DOTALL);

  private final Path folder;
  private final Map<String, Table> tables;

  /** Creates the pages of a folder. The folder also contains the files with the figures. */
  Pages(Path folder, List<Table> tables) {
    this.folder = folder;
    this.tables =
        tables.stream()
            .collect(
                Collectors.toMap(
                    Table::name,
                    table -> table,
                    (one, other) -> {
                      throw new IllegalArgumentException(
                          "one table of a name expected, got two: " + one.name());
                    },
                    LinkedHashMap::new));
  }

  /** Returns the pages whose tables differ from the figures, each with the correct text. */
  Map<Path, String> differing() throws IOException {
    ResultFiles files = new ResultFiles(folder);
    Map<Path, String> differing = new LinkedHashMap<>();
    Set<String> placed = new HashSet<>();
    for (Path page : pages()) {
      String text = Files.readString(page);
      String right = filled(page, text, files, placed);
      if (!right.equals(text)) {
        differing.put(page, right);
      }
    }
    Set<String> lost = new TreeSet<>(tables.keySet());
    lost.removeAll(placed);
    if (!lost.isEmpty()) {
      throw new IllegalArgumentException("a page for each table expected, got none for " + lost);
    }
    return differing;
  }

  private List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }

  private String filled(Path page, String text, ResultFiles files, Set<String> placed) {
    StringBuilder right = new StringBuilder();
    Matcher matcher = BLOCK.matcher(text);
    int found = 0;
    while (matcher.find()) {
      found++;
      Table table = tables.get(matcher.group(2));
      if (table == null || !placed.add(table.name())) {
        throw new IllegalArgumentException(
            "%s: a table's name that stands on no other place expected, got %s"
                .formatted(page.getFileName(), matcher.group(2)));
      }
      String block = matcher.group(1) + table.markdown(files) + matcher.group(4);
      matcher.appendReplacement(right, Matcher.quoteReplacement(block));
    }
    matcher.appendTail(right);
    int begun = text.split(Pattern.quote(BEGIN), -1).length - 1;
    if (begun != found) {
      throw new IllegalArgumentException(
          "%s: %s tables with an end expected, got %s".formatted(page.getFileName(), begun, found));
    }
    return right.toString();
  }
}
