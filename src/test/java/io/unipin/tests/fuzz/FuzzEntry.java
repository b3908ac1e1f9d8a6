package io.unipin.tests.fuzz;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entry point for Jazzer. It runs the target that the first argument names. */
public final class FuzzEntry {
  private static @Nullable FuzzTarget target;

  private FuzzEntry() {}

  /**
   * Creates the target and runs its seeds. Jazzer calls this once, before the first input. Jazzer
   * rewrites each class when the class is loaded. On a busy machine, this takes half a minute in
   * total. The seeds already load the classes, so this time does not count as the time of an input.
   *
   * @param arguments the target's name
   */
  public static void fuzzerInitialize(String[] arguments) throws Exception {
    FuzzTarget named = FuzzTargets.open(arguments[0]);
    for (byte[] seed : named.seeds().values()) {
      named.run(seed);
    }
    target = named;
  }

  /** Runs the target with one input. Jazzer calls this for each input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(target).run(input);
  }

  /** Closes the target. Jazzer calls this at the end. */
  public static void fuzzerTearDown() throws Exception {
    Objects.requireNonNull(target).close();
  }

  /**
   * Writes a target's seeds, and the inputs that once broke the target, into a folder.
   *
   * @param arguments the target's name and the folder
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    try (FuzzTarget named = FuzzTargets.open(arguments[0])) {
      for (Map.Entry<String, byte[]> seed : named.seeds().entrySet()) {
        Files.write(folder.resolve("seed-" + seed.getKey()), seed.getValue());
      }
    }
    for (Map.Entry<String, byte[]> found : found(arguments[0]).entrySet()) {
      Files.write(folder.resolve("found-" + found.getKey()), found.getValue());
    }
  }

  /**
   * Returns the inputs that once broke a target, by file name. The files are resources of the
   * tests.
   */
  static Map<String, byte[]> found(String name) throws Exception {
    URL folder = FuzzEntry.class.getResource("/fuzz/" + name);
    if (folder == null) {
      return Map.of();
    }
    Map<String, byte[]> inputs = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      for (Path file : files.toList()) {
        inputs.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return inputs;
  }
}
