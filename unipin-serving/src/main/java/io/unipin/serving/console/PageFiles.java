package io.unipin.serving.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of the console's page. Only fixed names are served, so no path of a request reaches a
 * file system. Immutable.
 */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");
  private static final String[] NAMES = {
    "index.html",
    "console.css",
    "docs.css",
    "icon.svg",
    "console.js",
    "dom.js",
    "chart.js",
    "api.js",
    "live.js",
    "feed.js",
    "pages.js",
    "put.js",
    "users.js",
    "inspector.js",
    "experiments.js",
    "cache.js",
    "recall.js",
    "fleet.js",
    "items.js",
    "bundles.js"
  };

  private final Map<String, PageFile> files = new TreeMap<>();

  record PageFile(String type, byte[] bytes) {}

  PageFiles() {
    for (String name : NAMES) {
      files.put("/" + name, file(name));
    }
    files.put("/", file("index.html"));
  }

  private static PageFile file(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException("no type of " + name);
    }
    return new PageFile(type, read(name));
  }

  Optional<PageFile> find(String path) {
    return Optional.ofNullable(files.get(path));
  }

  private static byte[] read(String name) {
    try (InputStream stream = PageFiles.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("no file " + name + " of the console");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
