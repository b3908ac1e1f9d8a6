package io.unipin.feedlog;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the real data sets lie: {@code UNIPIN_DATA}, or beside the repository. */
final class RealData {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", ".."));

  private RealData() {}

  /** The folder of a data set; skips the test where it is absent. */
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
