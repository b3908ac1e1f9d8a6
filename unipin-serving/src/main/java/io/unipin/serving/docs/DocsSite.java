package io.unipin.serving.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;

/**
 * Writes the pages of {@code docs} and the {@code README.md} at the root as HTML. The build runs
 * this class. The pages have no scripts and load nothing but the console's style sheets and icon.
 */
public final class DocsSite {
  /** The file that lists the path of each page, one per line. A page's file has the same name. */
  static final String LIST = "pages.txt";

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>%s – UniPin</title>
      <link rel="icon" href="/icon.svg" type="image/svg+xml">
      <link rel="stylesheet" href="/console.css">
      <link rel="stylesheet" href="/docs.css">
      </head>
      <body class="docs">
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
      <div class="brand">
      <img src="/icon.svg" alt="" width="28" height="28"><a href="/docs/">UniPin</a>
      </div>
      <a class="pages" href="#pages">Pages</a>
      <a href="/">Console</a>
      </header>
      <div class="book">
      <main id="main" tabindex="-1">
      %s</main>
      <nav id="pages" aria-label="Pages">
      %s</nav>
      </div>
      </body>
      </html>
      """;

  private final Path repository;

  private DocsSite(Path repository) {
    this.repository = repository;
  }

  /**
   * Writes the site. The arguments are the folder of the repository and the folder of the site. A
   * folder that lacks the pages gives an empty site, so that the sources can be built without them.
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException(
          "the repository and a folder expected, got %s arguments".formatted(arguments.length));
    }
    new DocsSite(Path.of(arguments[0])).write(Path.of(arguments[1]));
  }

  private void write(Path site) throws IOException {
    Map<String, String> sources = sources();
    SitePaths paths = new SitePaths(sources.keySet());
    PageHtml html = new PageHtml(paths);
    Navigation navigation = Navigation.read(sources.getOrDefault(Navigation.INDEX, ""), paths);
    Files.createDirectories(site);
    Map<String, String> all = new TreeMap<>(paths.all());
    for (Map.Entry<String, String> page : all.entrySet()) {
      String markdown = Objects.requireNonNull(sources.get(page.getKey()));
      String text =
          PAGE.formatted(
              Escaped.html(title(markdown)),
              html.render(page.getKey(), markdown),
              navigation.html(page.getValue()));
      Files.writeString(site.resolve(file(page.getValue())), text);
    }
    Files.write(site.resolve(LIST), List.copyOf(all.values()));
  }

  /** Returns the name of a page's file. The console computes it in the same way. */
  static String file(String path) {
    return path.substring(1).replace('/', '_');
  }

  /** Returns the Markdown of each page, by its path in the repository. */
  private Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    Path docs = repository.resolve("docs");
    Path first = repository.resolve(SitePaths.ROOT_PAGE);
    if (!Files.isDirectory(docs) || !Files.exists(first)) {
      return sources;
    }
    sources.put(SitePaths.ROOT_PAGE, Files.readString(first));
    try (Stream<Path> files = Files.walk(docs)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".md")).toList()) {
        String name = repository.relativize(file).toString().replace('\\', '/');
        sources.put(name, Files.readString(file));
      }
    }
    return sources;
  }

  private static String title(String markdown) {
    StringBuilder title = new StringBuilder();
    PageHtml.parse(markdown)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Heading heading) {
                if (title.isEmpty()) {
                  title.append(PageHtml.text(heading));
                }
              }
            });
    return title.toString();
  }
}
