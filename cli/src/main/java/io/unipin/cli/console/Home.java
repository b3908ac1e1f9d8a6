package io.unipin.cli.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder that the program was started from. It holds the sources, the recipes and the script.
 */
public record Home(Path root) {
  public static Home find() {
    return new Home(Path.of(System.getProperty("unipin.root", "")).toAbsolutePath().normalize());
  }

  Path script() {
    return root.resolve("unipin");
  }

  /** Returns the default work folder for artefacts of this name. */
  public Path work(String name) {
    return root.resolve(".unipin").resolve(name);
  }

  /**
   * Returns a file of the recipe with this name, if the file exists. A recipe has the name of its
   * data folder.
   */
  public Optional<Path> recipe(String name, String file) {
    Path path = root.resolve("recipes").resolve(name).resolve(file);
    return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
  }
}
