package io.unipin.serving.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortHolderTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid timeout inode\n";

  @TempDir Path proc;

  /**
   * Writes a table in which one socket listens on port 9090 and another is connected from this
   * port.
   */
  @BeforeEach
  void writeTable() throws IOException {
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/tcp"),
        HEAD
            + "   0: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 77 1\n"
            + "   1: 0100007F:2382 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0 0 78 1\n"
            + "   2: 0100007F:2383 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 79 1\n");
  }

  private void process(int id, String socket, String... words) throws IOException {
    Path files = Files.createDirectories(proc.resolve(id + "/fd"));
    Files.createSymbolicLink(files.resolve("5"), Path.of("socket:[" + socket + "]"));
    Files.writeString(proc.resolve(id + "/cmdline"), String.join("\0", words) + "\0");
  }

  @Test
  void find_listeningProcess_isNamedWithoutItsOptions() throws IOException {
    process(40, "78", "/usr/bin/curl", "http://127.0.0.1:9090");
    process(41, "77", "/usr/sbin/nginx", "--password=secret");
    assertThat(new PortHolder(proc).find(9090)).contains("process 41 (nginx)");
  }

  @Test
  void find_programInJava_isNamedByItsMainClass() throws IOException {
    process(7, "79", "/opt/jdk/bin/java", "-Xmx1g", "-cp", "a.jar:b.jar", "io.x.Main", "serve");
    assertThat(new PortHolder(proc).find(9091)).contains("process 7 (java io.x.Main serve)");
  }

  @Test
  void find_noProcessToSeeOrNoLinux_isEmpty() throws IOException {
    assertThat(new PortHolder(proc).find(9090)).isEmpty();
    assertThat(new PortHolder(proc).find(80)).isEmpty();
    assertThat(new PortHolder(proc.resolve("none")).find(9090)).isEmpty();
  }
}
