package io.unipin.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.console.Home;
import io.unipin.cli.doctor.Check.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SurroundingsTest {
  @TempDir private Path root;

  private Check check(String part) {
    return new Surroundings(new Home(root), new Sight(root), List.of(root.resolve("bin")))
        .checks().stream().filter(c -> c.part().equals(part)).findFirst().orElseThrow();
  }

  private Check device() {
    return check("device");
  }

  private void write(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "");
  }

  private void writePrograms() throws IOException {
    for (String program : List.of("mvn", "g++", "cmake", "make")) {
      write("bin/" + program);
      assertThat(root.resolve("bin").resolve(program).toFile().setExecutable(true)).isTrue();
    }
    write("usr/include/faiss/IndexHNSW.h");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "usr/lib/x86_64-linux-gnu/libopenblas.a",
        "usr/lib64/libopenblas.a",
        "usr/local/lib/libopenblas.a"
      })
  void packages_allThere_areFine(String library) throws IOException {
    writePrograms();
    write(library);
    assertThat(check("packages").state()).isEqualTo(State.OK);
  }

  @Test
  void packages_withoutOpenblas_tellIt() throws IOException {
    writePrograms();
    write("usr/lib/x86_64-linux-gnu/libblas.a");
    assertThat(check("packages").state()).isEqualTo(State.SLOWER);
    assertThat(check("packages").found()).endsWith("; missing: libopenblas-dev");
  }

  @Test
  void checks_device_saysWhatIsMissing() throws IOException {
    assertThat(device().state()).isEqualTo(State.OK);
    write("proc/driver/nvidia/version");
    assertThat(device().state()).isEqualTo(State.SLOWER);
    assertThat(device().cost()).contains("./unipin gpu setup");
    write(".unipin/gpu.env");
    assertThat(device().state()).isEqualTo(State.OK);
    assertThat(device().found()).contains("./unipin gpu check");
    Files.delete(root.resolve("proc/driver/nvidia/version"));
    assertThat(device().state()).isEqualTo(State.BROKEN);
    assertThat(device().found()).contains("gpu.env, but no NVIDIA driver");
  }
}
