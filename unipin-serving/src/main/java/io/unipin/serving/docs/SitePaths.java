package io.unipin.serving.docs;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The paths of pages in the site, and where links lead. Immutable.
 *
 * <p>The page {@code docs/redis.md} has the path {@code /docs/redis.html}. The {@code README.md} of
 * a folder has the path of the folder, such as {@code /docs/results/}. The {@code README.md} at the
 * root has the path {@code /docs/readme.html}.
 */
final class SitePaths {
  static final String ROOT_PAGE = "README.md";

  private static final String BELOW = "/docs/";
  private static final String FOLDER = "docs/";
  private static final String INDEX = "README.md";
  private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*:.*");

  private final Map<String, String> paths = new TreeMap<>();

  /**
   * Creates the paths of all pages.
   *
   * @param pages files of the pages relative to the repository, with {@code /} between the names
   */
  SitePaths(Iterable<String> pages) {
    for (String page : pages) {
      paths.put(page, path(page));
    }
  }

  private static String path(String page) {
    if (page.equals(ROOT_PAGE)) {
      return BELOW + "readme.html";
    }
    String name = page.substring(FOLDER.length());
    return name.endsWith(INDEX)
        ? BELOW + name.substring(0, name.length() - INDEX.length())
        : BELOW + name.replaceFirst("\\.md$", ".html");
  }

  /** Returns the path of each page by the page's file. */
  Map<String, String> all() {
    return Map.copyOf(paths);
  }

  /** Where a link leads. */
  sealed interface Target permits Shown, Unshown {}

  /** A page of the site, or a page elsewhere on the web. */
  record Shown(String address) implements Target {}

  /** A file of the repository that the site does not show, by its path in the repository. */
  record Unshown(String file) implements Target {}

  /** Returns where a link on a page leads. */
  Target target(String page, String link) {
    if (SCHEME.matcher(link).matches() || link.startsWith("#")) {
      return new Shown(link);
    }
    int hash = link.indexOf('#');
    String anchor = hash < 0 ? "" : link.substring(hash);
    String file = hash < 0 ? link : link.substring(0, hash);
    String place = Path.of("/" + page).resolveSibling(file).normalize().toString().substring(1);
    String shown = paths.get(place);
    return shown == null ? new Unshown(place) : new Shown(shown + anchor);
  }
}
