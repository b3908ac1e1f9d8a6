package io.unipin.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the files in which Linux describes the machine.
 *
 * @param root the root folder of these files: {@code /}, or a folder of a test
 */
record Sight(Path root) {
  /** Returns the text of a file such as {@code proc/cpuinfo}; empty if it cannot be read. */
  Optional<String> text(String file) {
    try {
      return Optional.of(Files.readString(root.resolve(file), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the rest of a file's first line that begins with {@code begin}; empty if no line does.
   */
  String value(String file, String begin) {
    return text(file)
        .orElse("")
        .lines()
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  boolean exists(String file) {
    return Files.exists(root.resolve(file));
  }

  /** Whether a folder, or one of its direct subfolders, has a file of this name. */
  boolean holds(String folder, String name) {
    if (exists(folder + "/" + name)) {
      return true;
    }
    try (Stream<Path> inside = Files.list(root.resolve(folder))) {
      return inside.anyMatch(each -> Files.exists(each.resolve(name)));
    } catch (IOException e) {
      return false; // the folder does not exist
    }
  }
}
