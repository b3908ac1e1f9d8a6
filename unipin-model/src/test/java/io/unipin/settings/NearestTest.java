package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {
  private static final List<String> KNOWN =
      List.of("port", "host", "adminPort", "maxServed", "size", "top");

  @ParameterizedTest
  @CsvSource({
    "prot, port",
    "por, port",
    "ports, port",
    "PORT, port",
    "max_served, maxServed",
    "max-servd, maxServed",
    "adminHost, adminPort",
    "siez, size",
    "to, top"
  })
  void of_fewSlips_isFound(String name, String nearest) {
    assertThat(Nearest.of(name, KNOWN)).contains(nearest);
  }

  @ParameterizedTest
  @CsvSource({"folder", "x", "maximum", "a-name-that-is-nothing-like-any-of-them"})
  void of_manySlips_isNothing(String name) {
    assertThat(Nearest.of(name, KNOWN)).isEmpty();
    assertThat(Nearest.hint(name, KNOWN)).isEmpty();
  }

  @Test
  void hint_ofEquallyNear_namesTheFirst() {
    assertThat(Nearest.hint("cat", List.of("car", "bat"))).isEqualTo("; did you mean 'car'?");
    assertThat(Nearest.of("x".repeat(10_000), List.of("x".repeat(9_999)))).isEmpty();
    assertThat(Nearest.of("port", List.of("port"))).as("the name itself").isEmpty();
  }
}
