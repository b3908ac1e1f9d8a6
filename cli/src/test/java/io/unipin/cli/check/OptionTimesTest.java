package io.unipin.cli.check;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionTimesTest {
  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "P36501D", "P999999999999D"})
  void requireDuration_outsideOfTheBounds_namesTheOption(String text) {
    Duration value = Duration.parse(text);
    assertThatThrownBy(() -> OptionTimes.requireDuration("--past", value))
        .isInstanceOf(CheckException.class)
        .hasMessage("--past: a duration longer than zero, at most P36500D, expected, got " + value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1969-12-31T23:59:59Z", "-1000000000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z"})
  void requireTime_outsideOfTheBounds_namesTheOption(String text) {
    assertThatThrownBy(() -> OptionTimes.requireTime("--until", Instant.parse(text)))
        .isInstanceOf(CheckException.class)
        .hasMessageStartingWith(
            "--until: a time from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z expected, got ");
  }

  @Test
  void require_boundsThemselves_areAllowed() {
    OptionTimes.requireDuration("--past", Duration.ofDays(36_500));
    OptionTimes.requireDuration("--past", Duration.ofNanos(1));
    OptionTimes.requireTime("--until", Instant.EPOCH);
    OptionTimes.requireTime("--until", Instant.parse("9999-12-31T23:59:59Z"));
  }
}
