package io.unipin.serving.bundle;

import io.unipin.feedlog.database.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Publishes each bundle once per JVM, and copies it for every test that needs it. A copy is faster
 * than publishing, which loads a model. Tests may damage their copies. Thread-safe.
 */
final class PublishedOnce {
  private static final Map<String, Path> PUBLISHED = new ConcurrentHashMap<>();

  private PublishedOnce() {}

  /**
   * Copies a model and its bundle to the given paths. The first call with a key publishes them.
   *
   * @param key names the content; equal keys stand for equal content
   * @param publisher creates the model at its first argument, and the bundle at its second
   */
  static void place(String key, Path model, Path bundle, BiConsumer<Path, Path> publisher) {
    if (Files.exists(bundle, LinkOption.NOFOLLOW_LINKS) || Files.exists(model)) {
      publisher.accept(model, bundle);
      return;
    }
    Path made = PUBLISHED.computeIfAbsent(key, unused -> make(bundle, publisher));
    try {
      copy(made.resolve("model"), model);
      copy(made.resolve(bundle.getFileName()), bundle);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path make(Path bundle, BiConsumer<Path, Path> publisher) {
    try {
      Path made = Files.createTempDirectory("unipin-bundle");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      publisher.accept(made.resolve("model"), made.resolve(bundle.getFileName()));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
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
