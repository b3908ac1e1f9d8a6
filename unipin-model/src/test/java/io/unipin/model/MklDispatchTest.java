package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which instruction set MKL uses. With MKL_VERBOSE, a separate process prints this set. */
class MklDispatchTest {
  private static final String AVX512 = "Intel(R) AVX-512";

  private static final int MOST_SECONDS = 120;

  @TempDir Path folder;

  /** The main class of a process that computes one matrix product. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      MatrixProduct product = MatrixProduct.plain(64, 64, 64, EngineOptions.cpu());
      product.run();
      product.close();
    }
  }

  @BeforeAll
  static void processorHasAvx512() throws IOException {
    Set<String> flags =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+"))))
            .orElse(Set.of());
    assumeTrue(
        flags.containsAll(List.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl")),
        "this processor has no AVX-512");
  }

  private String told(String choice) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("MKL_VERBOSE", "1");
    builder.environment().put("UNIPIN_MKL", choice);
    Process process = builder.start();
    boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String told = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as("ends within %s s: %s", MOST_SECONDS, told).isTrue();
    assertThat(process.exitValue()).as(told).isZero();
    assertThat(told).contains("MKL_VERBOSE");
    return told;
  }

  @Test
  void product_processorOfAnyMaker_isComputedWithAvx512() throws Exception {
    assertThat(told("")).contains(AVX512);
  }

  @Test
  void product_vendorChosen_leavesMklsOwnChoice() throws Exception {
    boolean intel =
        Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.US_ASCII)
            .contains("GenuineIntel");
    assertThat(told("vendor").contains(AVX512)).isEqualTo(intel);
  }
}
