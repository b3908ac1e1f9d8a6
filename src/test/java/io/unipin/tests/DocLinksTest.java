package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks that all files, headings, tests and classes that the pages name exist. */
final class DocLinksTest {
  private static final Path ROOT =
      Path.of(System.getProperty("unipin.root")).toAbsolutePath().normalize();
  private static final String JAVA = ".java";
  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
  private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*:.*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *#*$");
  private static final Pattern HEADING_LINK = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");
  private static final Pattern NO_PART_OF_AN_ANCHOR = Pattern.compile("[^\\p{L}\\p{N} _-]");
  private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)(?:\\.\\w+)?…?`");

  /** The name of a class relative to {@code io.unipin}, such as {@code kvcache.KvKey}. */
  private static final Pattern CLASS = Pattern.compile("`((?:[a-z][a-z0-9]*\\.)+[A-Z]\\w*)`");

  /** The text of each page without its code blocks, by the page's absolute path. */
  private static final Map<Path, String> PAGES = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    List<Path> files = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).forEach(files::add);
    }
    for (Path file : files) {
      String text = FENCE.matcher(Files.readString(file)).replaceAll("");
      PAGES.put(file, text);
    }
  }

  /** Returns the anchors of a page's headings as GitHub creates them. */
  static Set<String> anchors(String page) {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    Matcher heading = HEADING.matcher(page);
    while (heading.find()) {
      String title = HEADING_LINK.matcher(heading.group(1)).replaceAll("$1");
      String anchor =
          NO_PART_OF_AN_ANCHOR
              .matcher(title.toLowerCase(Locale.ROOT))
              .replaceAll("")
              .replace(' ', '-');
      int before = seen.getOrDefault(anchor, 0);
      seen.put(anchor, before + 1);
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  /** Returns what is wrong with a link on a page. The text is empty if the link is correct. */
  private static String fault(Path page, String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
    if (!Files.exists(target)) {
      return "a file expected";
    }
    if (hash < 0) {
      return "";
    }
    String text = PAGES.get(target);
    boolean leads = text != null && anchors(text).contains(link.substring(hash + 1));
    return leads ? "" : "a heading of " + ROOT.relativize(target) + " expected";
  }

  @Test
  void links_ofEveryPage_leadSomewhere() {
    List<String> wrong = new ArrayList<>();
    int links = 0;
    for (Map.Entry<Path, String> page : PAGES.entrySet()) {
      Matcher matcher = LINK.matcher(CODE.matcher(page.getValue()).replaceAll("``"));
      while (matcher.find()) {
        String link = matcher.group(1);
        if (SCHEME.matcher(link).matches()) {
          continue;
        }
        links++;
        String fault = fault(page.getKey(), link);
        if (!fault.isEmpty()) {
          wrong.add("%s: %s, got %s".formatted(ROOT.relativize(page.getKey()), fault, link));
        }
      }
    }
    assertThat(links).isGreaterThan(100);
    assertThat(wrong).isEmpty();
  }

  /** Returns the source folders of all modules for a kind of code, {@code main} or {@code test}. */
  private static List<Path> folders(String kind) throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      return Stream.concat(Stream.of(ROOT), modules)
          .map(module -> module.resolve("src").resolve(kind).resolve("java"))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  @Test
  void whereToLook_everyQuestion_hasClassesThatExist() throws IOException {
    String page = Objects.requireNonNull(PAGES.get(ROOT.resolve("docs/architecture.md")));
    int begin = page.indexOf("\n## Where to look\n");
    String section = page.substring(begin, page.indexOf("\n## ", begin + 1));
    List<String> rows = section.lines().filter(line -> line.contains("? |")).toList();
    assertThat(rows).hasSizeGreaterThan(20);
    assertThat(rows).allMatch(row -> CLASS.matcher(row).find() || LINK.matcher(row).find());
    List<Path> folders = new ArrayList<>(folders("main"));
    folders.addAll(folders("test"));
    List<String> missing =
        CLASS
            .matcher(section)
            .results()
            .map(named -> "io/unipin/" + named.group(1).replace('.', '/') + JAVA)
            .filter(file -> folders.stream().noneMatch(in -> Files.exists(in.resolve(file))))
            .toList();
    assertThat(missing).isEmpty();
  }

  @Test
  void tests_thatPagesName_exist() throws IOException {
    Set<String> tests = new HashSet<>();
    for (Path folder : folders("test")) {
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(JAVA))
            .forEach(name -> tests.add(name.substring(0, name.length() - JAVA.length())));
      }
    }
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<Path, String> page : PAGES.entrySet()) {
      Matcher named = TEST.matcher(page.getValue());
      while (named.find()) {
        if (!tests.contains(named.group(1))) {
          wrong.add(ROOT.relativize(page.getKey()) + ": no test " + named.group(1));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void anchors_ofHeadings_areThoseOfGitHub() {
    String page = "# The user's KV: `a_b`, 2 %\n\n## [One](two.md) model\n\n## One model\n";
    assertThat(anchors(page))
        .containsExactlyInAnyOrder("the-users-kv-a_b-2-", "one-model", "one-model-1");
  }
}
