package io.unipin.cli.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.unipin.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Timeout(60)
final class GpuCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine main =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return main.execute(words);
  }

  @Test
  void check_onTheBuildForProcessors_showsItAndAsksForSetup() {
    assumeThat(System.getenv("PYTORCH_LIBRARY_PATH")).as("another build of libtorch").isNull();
    assertThat(run("gpu", "check")).isEqualTo(1);
    assertThat(out.toString()).contains("libtorch  2.7.1 in ", "engine    sees no CUDA");
    assertThat(err.toString().lines())
        .containsExactly(
            "unipin gpu check: a CUDA build of libtorch expected for cuda, got the build for"
                + " processors; run ./unipin gpu setup");
  }

  @Test
  void check_theProcessor_computes() {
    assertThat(run("gpu", "check", "--device", "cpu")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("of 2048 x 2048 numbers on cpu: at most 0.0 from");
  }

  @Test
  void check_unknownDevice_isNamed() {
    assertThat(run("gpu", "check", "--device", "gpu0")).isEqualTo(2);
    assertThat(err.toString()).contains("cpu, cuda or cuda:N expected, got gpu0");
  }

  @Test
  void setup_isTheScripts() {
    assertThat(run("gpu", "setup", "--libtorch", "/opt/libtorch")).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo(
            "unipin gpu setup: the script expected: ./unipin gpu setup --libtorch /opt/libtorch");
  }
}
