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

final class SurroundingsTest {
  @TempDir private Path root;

  private Check device() {
    return new Surroundings(new Home(root), new Sight(root), List.of())
        .checks().stream().filter(c -> c.part().equals("device")).findFirst().orElseThrow();
  }

  private void write(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "");
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
