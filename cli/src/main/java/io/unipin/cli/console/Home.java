package io.unipin.cli.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder that the program was started from: sources, recipes and the script. */
public record Home(Path root) {
  public static Home find() {
    return new Home(Path.of(System.getProperty("unipin.root", "")).toAbsolutePath().normalize());
  }

  Path script() {
    return root.resolve("unipin");
  }

  /** Where artefacts go that nobody named a place for. */
  public Path work(String name) {
    return root.resolve(".unipin").resolve(name);
  }

  /** A file of the recipe with the name of a data folder, where there is one. */
  public Optional<Path> recipe(String name, String file) {
    Path path = root.resolve("recipes").resolve(name).resolve(file);
    return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
  }
}
