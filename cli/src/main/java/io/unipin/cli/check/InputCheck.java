package io.unipin.cli.check;

import io.unipin.feedlog.FeedLogReader;
import io.unipin.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks that an input of a command exists and is of the right kind. */
final class InputCheck {
  private static final int MOST_NEIGHBOURS = 10_000;

  private InputCheck() {}

  static void require(String option, Input.Kind kind, Path place) {
    if (kind == Input.Kind.PATTERN && place.toString().contains("*")) {
      return; // the command looks for the files
    }
    if (!Files.exists(place)) {
      throw refused(option, expected(kind), place + ", which does not exist" + neighbour(place));
    }
    switch (kind) {
      case FILE -> requireFile(option, place);
      case FOLDER -> requireFolder(option, kind, place);
      case BUNDLE -> {
        requireFolder(option, kind, place);
        if (!Files.isRegularFile(place.resolve("manifest.json"))) {
          throw refused(option, expected(kind), place + ", which has no manifest.json");
        }
      }
      case FEED_LOG -> {
        requireFolder(option, kind, place);
        FeedLogReader.schema(place);
      }
      case ANY, PATTERN -> requireReadable(option, place);
    }
  }

  /** Returns a hint at a file with a similar name in the same folder; empty if there is none. */
  private static String neighbour(Path place) {
    Path folder = place.toAbsolutePath().getParent();
    if (folder == null || place.getFileName() == null) {
      return "";
    }
    try (Stream<Path> beside = Files.list(folder)) {
      List<String> names =
          beside
              .limit(MOST_NEIGHBOURS)
              .map(path -> String.valueOf(path.getFileName()))
              .sorted()
              .toList();
      return Nearest.of(place.getFileName().toString(), names)
          .map(name -> "; did you mean '" + place.resolveSibling(name) + "'?")
          .orElse("");
    } catch (IOException e) {
      return ""; // the folder does not exist or can't be read
    }
  }

  private static void requireFile(String option, Path place) {
    if (Files.isDirectory(place)) {
      throw refused(option, "a file", place + ", which is a folder");
    }
    requireReadable(option, place);
  }

  private static void requireFolder(String option, Input.Kind kind, Path place) {
    if (!Files.isDirectory(place)) {
      throw refused(option, expected(kind), place + ", which is a file");
    }
    requireReadable(option, place);
  }

  private static void requireReadable(String option, Path place) {
    if (!Files.isReadable(place)) {
      throw refused(option, "something to read", place + ", which is read-protected");
    }
  }

  private static String expected(Input.Kind kind) {
    return switch (kind) {
      case FILE -> "a file";
      case FOLDER -> "a folder";
      case ANY -> "a file or folder";
      case PATTERN -> "a file, a folder or a pattern";
      case BUNDLE -> "a bundle's folder";
      case FEED_LOG -> "a feed log's folder";
    };
  }

  private static CheckException refused(String option, String expected, String got) {
    return new CheckException("%s: %s expected, got %s".formatted(option, expected, got));
  }
}
