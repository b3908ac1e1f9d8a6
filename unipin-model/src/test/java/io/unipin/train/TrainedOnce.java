package io.unipin.train;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Models that are trained once per JVM. Tests share them, and must not change their files.
 * Thread-safe.
 */
final class TrainedOnce {
  private static final Map<String, Path> MODELS = new ConcurrentHashMap<>();

  private TrainedOnce() {}

  /**
   * Returns the folder of a model, which is trained at the first call with this key.
   *
   * @param key names the training; equal trainings have equal keys
   * @param training trains a model in the given folder
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
