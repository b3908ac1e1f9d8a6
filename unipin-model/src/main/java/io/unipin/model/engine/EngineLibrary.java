package io.unipin.model.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The loader of the native engine, which this module's jar contains. It loads the library once per
 * class loader.
 *
 * <p>The loader unpacks the library into a folder that only the process's user can enter, and
 * deletes the folder after loading.
 */
final class EngineLibrary {
  private static final String FILE = "libunipin_engine.so";
  private static final @Nullable String FAILURE = load();

  private EngineLibrary() {}

  /** Returns why native methods cannot be called; null if they can. */
  static @Nullable String failure() {
    return FAILURE;
  }

  /**
   * Returns the instruction sets of this processor with which the engine computes matrices of a
   * type, fastest first. Needs the library.
   */
  static List<String> instructionSets(MatrixType type) {
    return List.of(EngineNative.instructionSets(type == MatrixType.INT8));
  }

  private static @Nullable String load() {
    try {
      unpackAndLoad(resource());
      return null;
    } catch (IOException | LinkageError | UnsupportedOperationException e) {
      return e.toString();
    }
  }

  private static String resource() {
    String architecture = System.getProperty("os.arch", "");
    return "/io/unipin/model/native/%s-%s/%s"
        .formatted(
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
            architecture.equals("amd64") ? "x86_64" : architecture,
            FILE);
  }

  private static void unpackAndLoad(String resource) throws IOException {
    try (InputStream library = EngineLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IOException("no library " + resource + " in the jar");
      }
      Path folder =
          Files.createTempDirectory(
              "unipin-engine-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path file = folder.resolve(FILE);
      try {
        Files.copy(library, file);
        System.load(file.toString());
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    }
  }
}
