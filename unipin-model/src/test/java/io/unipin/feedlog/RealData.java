package io.unipin.feedlog;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the real data sets: in the folder that {@code UNIPIN_DATA} names, or else in a folder
 * beside the repository.
 */
final class RealData {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", ".."));

  private RealData() {}

  /** Returns the folder of a data set. Skips the test if the folder is absent. */
  static Path folder(String name) {
    String set = System.getenv("UNIPIN_DATA");
    Path data = set == null || set.isBlank() ? ROOT.resolve("../shared/data") : Path.of(set);
    Path folder = data.resolve(name);
    assumeTrue(
        Files.isDirectory(folder),
        () -> "skipped: no real data at " + folder + " (set UNIPIN_DATA to its parent)");
    return folder;
  }

  static Path recipe(String name) {
    return ROOT.resolve("recipes").resolve(name).resolve("import.yaml");
  }
}
