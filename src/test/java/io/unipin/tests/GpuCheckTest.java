package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the parts of {@code gpu/check} that need no torch. The files must be valid Python, and the
 * parts that read packs and write results must work.
 */
@NeedsPrograms("python3")
@Timeout(60)
final class GpuCheckTest {
  private static final Path CHECK = Path.of(System.getProperty("unipin.root")).resolve("gpu/check");

  @TempDir Path folder;

  /** Runs Python in the folder of {@code gpu/check}, but leaves no compiled files there. */
  private String python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Programs.path("python3").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(CHECK.toFile());
    builder.environment().put("PYTHONPYCACHEPREFIX", folder.toString());
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void files_areValidPython() throws Exception {
    assertThat(python("-m", "compileall", ".")).contains("schedules.py").contains("__main__.py");
  }

  @Test
  void partsWithoutTorch_passTheirTests() throws Exception {
    assertThat(python("-m", "unittest", "discover", "-v")).contains("Ran 10 tests").contains("OK");
  }
}
