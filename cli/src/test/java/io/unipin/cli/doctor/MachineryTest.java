package io.unipin.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.doctor.Check.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachineryTest {
  @TempDir private Path root;

  @BeforeEach
  void sound() throws IOException {
    cpu("avx2 fma f16c avx512f avx512bw avx512dq avx512vl");
    write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
    write(
        "proc/meminfo",
        "MemTotal:  16000000 kB\nMemAvailable:  9000000 kB\nSwapTotal:  8000000 kB\nSwapFree:  8000000 kB\n");
  }

  private void cpu(String flags) throws IOException {
    String core = "processor\t: 0\nmodel name\t: Test CPU\nflags\t\t: " + flags + "\n\n";
    write("proc/cpuinfo", core + core);
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Check check(String part) {
    return new Machinery(new Sight(root))
        .checks().stream().filter(c -> c.part().equals(part)).findFirst().orElseThrow();
  }

  @Test
  void checks_soundMachine_allOk() {
    assertThat(new Machinery(new Sight(root)).checks())
        .allSatisfy(check -> assertThat(check.state()).isEqualTo(State.OK));
    assertThat(check("processor").found()).startsWith("Test CPU: avx2 fma");
    assertThat(check("threads").found()).isEqualTo("2 cores");
  }

  @Test
  void checks_withoutAvx512_saysWhichKernelsRun() throws IOException {
    cpu("avx2 fma f16c");
    assertThat(check("kernels").found()).startsWith("AVX2");
    cpu("sse4_2");
    assertThat(check("kernels").found()).startsWith("portable");
    assertThat(check("kernels").state()).isEqualTo(State.SLOWER);
  }

  @Test
  void checks_quotaBelowTheCores_saysWhatItCosts() throws IOException {
    write("sys/fs/cgroup/cpu.max", "150000 100000");
    assertThat(check("threads").found()).contains("1.5");
    assertThat(check("threads").cost()).contains("quota");
    write("sys/fs/cgroup/cpu.max", "max 100000");
    assertThat(check("threads").state()).isEqualTo(State.OK);
  }

  @Test
  void checks_hugePagesOffAndSwapUsed_slower() throws IOException {
    write("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]");
    write(
        "proc/meminfo",
        "MemTotal:  16000000 kB\nMemAvailable:  9000000 kB\nSwapTotal:  8000000 kB\nSwapFree:  1000000 kB\n");
    assertThat(check("huge pages").cost()).contains("madvise");
    assertThat(check("swap").state()).isEqualTo(State.SLOWER);
  }

  @Test
  void checks_containerWithLittleMemory_broken() throws IOException {
    write("sys/fs/cgroup/memory.max", "2147483648");
    assertThat(check("memory").state()).isEqualTo(State.BROKEN);
    assertThat(check("memory").found()).startsWith("2.0 GiB");
  }

  @Test
  void isFree_portInUse_false() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Surroundings.isFree(taken.getLocalPort())).isFalse();
    }
  }
}
