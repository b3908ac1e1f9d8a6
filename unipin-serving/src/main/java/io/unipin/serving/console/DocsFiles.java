package io.unipin.serving.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the documentation, which the build has written as HTML. A page is read when a
 * request asks for it. Only listed paths are served, so no path of a request reaches a file system.
 * Immutable.
 */
final class DocsFiles {
  private static final String FOLDER = "/io/unipin/serving/docs/site/";
  private static final String TYPE = "text/html; charset=utf-8";

  private final Set<String> paths;

  /** Reads the list of pages. A build without pages serves no pages. */
  DocsFiles() {
    byte[] list = read("pages.txt");
    paths =
        list == null
            ? Set.of()
            : new String(list, StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
  }

  Optional<PageFiles.PageFile> find(String path) {
    String page = path.equals("/docs") ? "/docs/" : path;
    if (!paths.contains(page)) {
      return Optional.empty();
    }
    byte[] bytes = read(page.substring(1).replace('/', '_'));
    if (bytes == null) {
      throw new IllegalStateException("no file of the page " + page);
    }
    return Optional.of(new PageFiles.PageFile(TYPE, bytes));
  }

  private static byte @Nullable [] read(String name) {
    try (InputStream stream = DocsFiles.class.getResourceAsStream(FOLDER + name)) {
      return stream == null ? null : stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
