package io.unipin.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.benchmarks.fuzz.FuzzCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each target with its seeds and with inputs that once broke the target. Also runs each input
 * after it was cut in half, and after one byte was changed.
 */
final class FuzzCorpusTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  static Stream<String> names() {
    return FuzzTargets.names().stream().sorted();
  }

  @Test
  void targets_areThoseOfTheBenchmark() {
    assertThat(FuzzTargets.names()).hasSameElementsAs(FuzzCommand.targets());
  }

  @ParameterizedTest
  @MethodSource("names")
  void target_survivesItsCorpus(String name) {
    Assertions.assertTimeoutPreemptively(LIMIT, () -> run(name));
  }

  private static void run(String name) throws Exception {
    try (FuzzTarget target = FuzzTargets.open(name)) {
      Map<String, byte[]> inputs = new TreeMap<>(target.seeds());
      assertThat(inputs).hasSizeGreaterThan(1);
      inputs.putAll(FuzzEntry.found(name));
      for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
        try {
          target.run(input.getValue());
          target.run(cut(input.getValue()));
          target.run(flipped(input.getValue()));
        } catch (Throwable e) {
          throw new AssertionError("target " + name + ", input " + input.getKey(), e);
        }
      }
    }
  }

  private static byte[] cut(byte[] input) {
    return Arrays.copyOf(input, input.length / 2);
  }

  private static byte[] flipped(byte[] input) {
    byte[] changed = input.clone();
    if (changed.length > 0) {
      changed[changed.length / 2] ^= (byte) 0x81;
    }
    return changed;
  }
}
