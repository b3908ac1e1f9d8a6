package io.unipin.ann;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The loader of the shared library that this module's jar contains. It loads the library once per
 * class loader.
 *
 * <p>The loader unpacks the library into a folder that only the process's user can enter, and
 * deletes the folder after loading.
 */
final class NativeLibrary {
  private static final @Nullable String FAILURE = load();

  private NativeLibrary() {}

  /**
   * Ensures that native methods can be called.
   *
   * @throws AnnException if there is no library for this platform, or the library cannot be loaded
   */
  static void require() {
    if (FAILURE != null) {
      throw new AnnException("FAISS cannot be loaded: " + FAILURE);
    }
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
    String architecture =
        System.getProperty("os.arch", "").equals("amd64")
            ? "x86_64"
            : System.getProperty("os.arch", "");
    return "/io/unipin/ann/native/"
        + System.getProperty("os.name", "").toLowerCase(Locale.ROOT)
        + "-"
        + architecture
        + "/libunipin_ann.so";
  }

  private static void unpackAndLoad(String resource) throws IOException {
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IOException("no library " + resource + " in the jar");
      }
      Path folder =
          Files.createTempDirectory(
              "unipin-ann-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path file = folder.resolve("libunipin_ann.so");
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
