package io.unipin.serving.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the site that the build makes from the pages. */
final class DocsSiteTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", ".."));
  private static final Pattern LINK = Pattern.compile(" href=\"([^\"]*)\"");
  private static final Pattern LOADED = Pattern.compile("<(?:link|img|script)[^>]*>");
  private static final Pattern OURS =
      Pattern.compile("(?:href|src)=\"/(?:icon\\.svg|console\\.css|docs\\.css)\"");

  @TempDir Path folder;

  private void write(String file, String... lines) throws IOException {
    Path path = folder.resolve("repository").resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, List.of(lines));
  }

  /** Makes the site of a repository. Returns each page by its path. */
  private Map<String, String> site(Path repository) throws IOException {
    Path site = folder.resolve("site");
    DocsSite.main(new String[] {repository.toString(), site.toString()});
    Map<String, String> pages = new TreeMap<>();
    for (String path : Files.readAllLines(site.resolve(DocsSite.LIST))) {
      pages.put(path, Files.readString(site.resolve(DocsSite.file(path))));
    }
    return pages;
  }

  private Map<String, String> written() throws IOException {
    return site(folder.resolve("repository"));
  }

  private static String page(Map<String, String> pages, String path) {
    return Objects.requireNonNull(pages.get(path), path);
  }

  @Test
  void site_ofTheRepository_hasEveryPageAndNoDeadLink() throws IOException {
    Map<String, String> pages = site(ROOT);
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      long expected = 1 + files.filter(file -> file.toString().endsWith(".md")).count();
      assertThat(pages).hasSize((int) expected);
    }
    List<String> dead = new ArrayList<>();
    int links = 0;
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Matcher link = LINK.matcher(page.getValue());
      while (link.find()) {
        links++;
        if (!leads(pages, page.getKey(), link.group(1))) {
          dead.add(page.getKey() + ": " + link.group(1));
        }
      }
    }
    assertThat(links).isGreaterThan(1000);
    assertThat(dead).isEmpty();
  }

  private static boolean leads(Map<String, String> pages, String from, String link) {
    if (link.startsWith("https://") || link.startsWith("http://")) {
      return true;
    }
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    if (!path.isEmpty() && !path.startsWith("/docs/")) {
      return path.equals("/") || OURS.matcher("href=\"" + path + "\"").matches();
    }
    String page = pages.get(path.isEmpty() ? from : path);
    return page != null && (hash < 0 || page.contains(" id=\"" + link.substring(hash + 1) + "\""));
  }

  @Test
  void site_ofTheRepository_loadsNothingFromElsewhereAndHasNoScripts() throws IOException {
    site(ROOT)
        .forEach(
            (path, page) -> {
              assertThat(page.toLowerCase(Locale.ROOT)).doesNotContain("<script");
              assertThat(LOADED.matcher(page).results().map(tag -> tag.group()))
                  .as(path)
                  .isNotEmpty()
                  .allMatch(tag -> OURS.matcher(tag).find());
              assertThat(page).doesNotContain("style=\"", "&lt;!--");
            });
  }

  @Test
  void navigation_hasTheTablesOfTheIndexAndMarksThePage() throws IOException {
    write("README.md", "# Top");
    write(
        "docs/README.md",
        "# Documentation",
        "",
        "## Start",
        "",
        "| page | answers |",
        "|---|---|",
        "| [one & all](one.md) | see [two](two.md) |",
        "| [code](../src/A.java) | |");
    write("docs/one.md", "# One");
    write("docs/two.md", "# Two");
    Map<String, String> pages = written();
    assertThat(pages)
        .containsOnlyKeys("/docs/", "/docs/one.html", "/docs/two.html", "/docs/readme.html");
    String nav = page(pages, "/docs/one.html").replaceAll("(?s).*<nav[^>]*>|</nav>.*", "");
    assertThat(nav.lines())
        .containsExactly(
            "",
            "<h2>Start</h2>",
            "<ul>",
            "<li><a href=\"/docs/one.html\" aria-current=\"page\">one &amp; all</a></li>",
            "</ul>");
    assertThat(page(pages, "/docs/two.html")).doesNotContain("aria-current");
  }

  @Test
  void links_leadToPagesOfTheSiteOrBecomeText() throws IOException {
    write("README.md", "# Top", "", "[docs](docs/README.md) [guide](docs/guides/a.md#one-thing)");
    write("docs/README.md", "# Documentation");
    write(
        "docs/guides/a.md",
        "# One `thing`",
        "",
        "[up](../README.md#documentation) [here](#one-thing) [out](https://example.org/x)",
        "[proto](../../proto/a.proto) [`docker/x`](../../docker/x) [top](../../README.md)",
        "",
        "# One thing");
    Map<String, String> pages = written();
    assertThat(page(pages, "/docs/readme.html"))
        .contains(
            "<a href=\"/docs/\">docs</a> <a href=\"/docs/guides/a.html#one-thing\">guide</a>");
    assertThat(page(pages, "/docs/guides/a.html"))
        .contains("<h1 id=\"one-thing\">", "<h1 id=\"one-thing-1\">")
        .contains("<a href=\"/docs/#documentation\">up</a> <a href=\"#one-thing\">here</a>")
        .contains("<a href=\"https://example.org/x\">out</a>")
        .contains("proto (<code>proto/a.proto</code>) <code>docker/x</code>")
        .contains("<a href=\"/docs/readme.html\">top</a>");
  }

  @Test
  void html_ofAPage_isShownAsText() throws IOException {
    write("README.md", "# A <b>bold</b> \"title\"");
    write(
        "docs/README.md",
        "# Documentation",
        "",
        "<!-- table: x -->",
        "",
        "<script>alert(1)</script>",
        "",
        "a <img src=x onerror=alert(1)> b");
    Map<String, String> pages = written();
    assertThat(page(pages, "/docs/"))
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "a &lt;img src=x")
        .doesNotContain("table: x", "<script", "<img src=x");
    assertThat(page(pages, "/docs/readme.html"))
        .contains("<title>A bold &quot;title&quot; – UniPin");
  }

  @Test
  void main_withoutPages_writesAnEmptySite() throws IOException {
    assertThat(site(folder.resolve("nowhere"))).isEmpty();
  }

  @Test
  void main_withoutFolders_isRefused() {
    assertThatThrownBy(() -> DocsSite.main(new String[] {"one"}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected, got 1 arguments");
  }
}
