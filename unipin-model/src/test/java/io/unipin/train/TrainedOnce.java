package io.unipin.train;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Models that a JVM trains once, for tests that ask them and change nothing. Thread-safe. */
final class TrainedOnce {
  private static final Map<String, Path> MODELS = new ConcurrentHashMap<>();

  private TrainedOnce() {}

  /**
   * Returns the folder of a model.
   *
   * @param key equal for equal trainings
   * @param training trains in a folder
   */
  static Path model(String key, Function<Path, TrainResult> training) {
    return MODELS.computeIfAbsent(key, unused -> training.apply(temporaryFolder()).model());
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("unipin-model");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      FileTree.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
