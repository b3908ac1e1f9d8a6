package io.unipin.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code gpu/check} on the processor with a new pack, but without the timings. Needs a Python
 * with torch, which {@code -Dunipin.torchPython=FILE} names.
 */
@EnabledIfSystemProperty(named = "unipin.torchPython", matches = ".+")
@Timeout(400)
class GpuRehearsalTest {
  @TempDir Path folder;

  @Test
  void check_onTheProcessor_meetsAllBars() throws Exception {
    Path pack = folder.resolve("pack");
    GpuPack.write(pack);
    Process process =
        new ProcessBuilder(
                System.getProperty("unipin.torchPython"),
                "-B",
                Path.of(System.getProperty("unipin.root")).resolve("gpu/check").toString(),
                "--pack",
                pack.toString(),
                "--out",
                folder.toString(),
                "--device",
                "cpu",
                "--only",
                "devices,pack,schedules,steps")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(Files.readString(folder.resolve("gpu.json"))).contains("\"sound\": true");
  }
}
