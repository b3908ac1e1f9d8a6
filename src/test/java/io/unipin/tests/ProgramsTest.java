package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

final class ProgramsTest {
  private static final List<Class<?>> USERS =
      List.of(ConsoleTest.class, HaproxyTest.class, NginxTest.class, PrometheusTest.class);

  @Test
  void evaluate_missingProgram_skipsAndSaysSo() {
    ConditionEvaluationResult result = Programs.evaluate(false, List.of("sh", "no-such-program"));
    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason()).contains("no-such-program expected on the PATH, not found");
    assertThat(Programs.evaluate(false, List.of("sh")).isDisabled()).isFalse();
  }

  @Test
  void evaluate_missingProgramThatIsRequired_fails() {
    assertThatThrownBy(() -> Programs.evaluate(true, List.of("no-such-program")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no-such-program expected on the PATH, not found");
  }

  /** If {@code UNIPIN_TEST} forbids skipping, every program that a test needs must be installed. */
  @Test
  void programs_whereAllTestsAreAskedFor_areThere() {
    assumeTrue(Programs.areRequired(), "UNIPIN_TEST expected, not set");
    assertThat(USERS.stream().flatMap(ProgramsTest::needed))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(Programs.path(name)).isExecutable());
  }

  private static Stream<String> needed(Class<?> type) {
    return Stream.of(type.getAnnotation(NeedsPrograms.class).value());
  }
}
