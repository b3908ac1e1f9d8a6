package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SettingExceptionTest {
  private static void refused(ThrowingCallable check, String message) {
    SettingException refusal = catchThrowableOfType(SettingException.class, check);
    assertThat(refusal).isNotNull().hasMessage(message);
    assertThat(refusal.key()).isEqualTo("door");
  }

  @Test
  void checkRange_ofWholeNumbers_includesItsEnds() {
    assertThatCode(() -> SettingException.checkRange("door", 2, 2, 5)).doesNotThrowAnyException();
    assertThatCode(() -> SettingException.checkRange("door", 5, 2, 5)).doesNotThrowAnyException();
    refused(() -> SettingException.checkRange("door", 1, 2, 5), "2 to 5 expected, got 1");
    refused(() -> SettingException.checkRange("door", 6, 2, 5), "2 to 5 expected, got 6");
  }

  @Test
  void checkRange_ofNumbers_includesItsEndsAndRefusesNaN() {
    assertThatCode(() -> SettingException.checkRange("door", 0.5, 0.5, 1))
        .doesNotThrowAnyException();
    assertThatCode(() -> SettingException.checkRange("door", 1.0, 0.5, 1))
        .doesNotThrowAnyException();
    refused(() -> SettingException.checkRange("door", 0.4, 0.5, 1), "0.5 to 1.0 expected, got 0.4");
    refused(() -> SettingException.checkRange("door", 1.1, 0.5, 1), "0.5 to 1.0 expected, got 1.1");
    refused(
        () -> SettingException.checkRange("door", Double.NaN, 0.5, 1),
        "0.5 to 1.0 expected, got NaN");
  }

  @Test
  void checkDuration_atZero_isPositiveForNone() {
    Duration one = Duration.ofNanos(1);
    assertThatCode(() -> SettingException.checkPositive("door", one)).doesNotThrowAnyException();
    assertThatCode(() -> SettingException.checkNotNegative("door", Duration.ZERO))
        .doesNotThrowAnyException();
    refused(
        () -> SettingException.checkPositive("door", Duration.ZERO),
        "a duration longer than zero expected, got PT0S");
    refused(
        () -> SettingException.checkPositive("door", Duration.ofSeconds(-1)),
        "a duration longer than zero expected, got PT-1S");
    refused(
        () -> SettingException.checkNotNegative("door", Duration.ofSeconds(-1)),
        "a duration of zero or more expected, got PT-1S");
  }
}
