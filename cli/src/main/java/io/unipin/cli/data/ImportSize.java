package io.unipin.cli.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.cli.check.FileSizes;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.stream.Stream;

/**
 * Estimates the minimum number of bytes that an import writes. The estimate is computed from the
 * sizes of the files that the mapping names.
 */
final class ImportSize {
  /**
   * The approximate factor by which text shrinks when it becomes columns. Compressed input shrinks
   * less.
   */
  private static final int SHRINKS = 8;

  private ImportSize() {}

  static long least(Path mapping, Path source) {
    long bytes = 0;
    try {
      for (JsonNode each : SettingsTree.of(mapping).values().path("sources")) {
        bytes += bytes(source, each.path("file").asText());
      }
    } catch (IOException | UncheckedIOException | ConfigException e) {
      return 0; // the importer reports later what is wrong with the mapping or its files
    }
    return bytes / SHRINKS;
  }

  private static long bytes(Path source, String pattern) throws IOException {
    if (!pattern.contains("*")) {
      return FileSizes.below(source, pattern);
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    Path folder = source.toRealPath(); // a walk of a link would end at the link
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> matcher.matches(folder.relativize(file)))
          .mapToLong(file -> FileSizes.below(file))
          .sum();
    }
  }
}
