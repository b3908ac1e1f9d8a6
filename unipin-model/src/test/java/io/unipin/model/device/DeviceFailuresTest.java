package io.unipin.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.LibUtils;
import io.unipin.model.EngineDevice;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the line that a check prints if the engine can't compute on a card. The engine itself fails
 * here, in a process of its own, with libraries that don't fit.
 */
class DeviceFailuresTest {
  @TempDir Path folder;

  /** Checks a card, and prints why the engine can't compute there. */
  static final class Check {
    private Check() {}

    public static void main(String[] arguments) {
      try {
        DeviceCheck.require(EngineDevice.cuda(0));
        System.out.println("computes");
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @BeforeEach
  void assumeTheBuildForProcessors() {
    assumeThat(System.getenv("PYTORCH_LIBRARY_PATH")).as("another build of libtorch").isNull();
  }

  private void assertRefused(Map<String, String> variables, String line) throws Exception {
    assertThat(ForkedEngine.run(Check.class, folder, variables)).containsExactly(line);
  }

  private void assertRefused(Path libraries, String flavour, String line) throws Exception {
    assertRefused(
        Map.of("PYTORCH_LIBRARY_PATH", libraries.toString(), "PYTORCH_FLAVOR", flavour), line);
  }

  /** Returns a folder with libtorch's build for processors, without the library of DJL. */
  private Path processors() throws IOException {
    assertThat(DeviceCheck.report().libtorch()).isNotEmpty(); // unpacks the libraries
    Path libraries = Files.createDirectories(folder.resolve("libraries"));
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(Path.of(LibUtils.getLibtorchPath()), "lib{c10,torch,gomp}*")) {
      for (Path library : all) {
        Files.createSymbolicLink(libraries.resolve(library.getFileName()), library);
      }
    }
    return libraries;
  }

  @Test
  void require_noOtherLibraries_namesTheBuild() throws Exception {
    assertRefused(
        Map.of("PYTORCH_FLAVOR", "cu128"),
        "a CUDA build of libtorch expected for cuda, got the build for processors;"
            + " run ./unipin gpu setup");
  }

  @Test
  void require_flavourWithoutABuild_namesTheFlavour() throws Exception {
    assertRefused(
        processors(),
        "cu126",
        "PYTORCH_FLAVOR cpu or cu128 expected, got cu126; run ./unipin gpu setup");
  }

  @Test
  void require_librariesOfProcessorsForTheFlavourOfCards_namesTheLibrary() throws Exception {
    assertRefused(
        processors(),
        "cu128",
        "the library libc10_cuda.so expected for cuda, not found; run ./unipin gpu setup");
  }

  @Test
  void require_damagedLibrary_namesIt() throws Exception {
    Path libraries = processors();
    Path damaged = libraries.resolve("libc10.so");
    Files.delete(damaged);
    Files.createFile(damaged);
    assertRefused(
        libraries,
        "cu128",
        "libraries that fit together expected for cuda: "
            + "%s: %s: file too short; run ./unipin gpu setup".formatted(damaged, damaged));
  }
}
