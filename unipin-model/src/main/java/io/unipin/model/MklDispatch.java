package io.unipin.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes MKL, the library in the engine that multiplies plain matrices, choose kernels by what the processor can do. It asks who made
 * the processor and gives one that is not Intel's AVX2 kernels at most, which is less than half the speed where there is AVX-512. See
 * mkl_dispatch.c for the way and docs/decisions/engine.md for the evidence.
 */
final class MklDispatch {
  private static final Logger LOG = LoggerFactory.getLogger(MklDispatch.class);
  private static final String LIBRARY = "libunipin_mkl.so";

  /** Set to {@code vendor}, this variable leaves MKL's choice alone. */
  private static final String SWITCH = "UNIPIN_MKL";

  private MklDispatch() {}

  /** Works before the engine's libraries are loaded; products are right without it, too. */
  static void install() {
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
