package io.unipin.model.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes MKL choose its kernels by the processor's features. MKL is the library with which the
 * engine multiplies plain matrices. By default, MKL checks the processor's vendor, and on a
 * processor from another vendor than Intel it uses at most AVX2. mkl_dispatch.c explains the
 * method; docs/decisions/engine.md has the evidence.
 */
public final class MklDispatch {
  private static final Logger LOG = LoggerFactory.getLogger(MklDispatch.class);
  private static final String LIBRARY = "libunipin_mkl.so";

  /**
   * Name of an environment variable. If the variable is {@code vendor}, MKL keeps its own choice.
   */
  private static final String SWITCH = "UNIPIN_MKL";

  private MklDispatch() {}

  /**
   * Loads the native library of this class. Must run before the engine's libraries are loaded. If
   * loading fails, products are still correct.
   */
  public static void install() {
    if ("vendor".equals(System.getenv(SWITCH))) {
      return;
    }
    try (InputStream library =
        MklDispatch.class.getResourceAsStream("/io/unipin/model/native/linux-x86_64/" + LIBRARY)) {
      if (library != null) {
        load(library);
      }
    } catch (IOException | LinkageError | UnsupportedOperationException e) {
      LOG.warn("MKL chooses its kernels by vendor: {}", e.toString());
    }
  }

  private static void load(InputStream library) throws IOException {
    Path folder =
        Files.createTempDirectory(
            "unipin-mkl-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path file = folder.resolve(LIBRARY);
    try {
      Files.copy(library, file);
      System.load(file.toString());
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }
}
