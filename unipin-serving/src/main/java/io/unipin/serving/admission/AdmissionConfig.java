package io.unipin.serving.admission;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of admission.
 *
 * @param minConcurrency calls per worker, at work or waiting, that the adaptive limit always allows
 * @param burstWait longest expected wait for a worker that a call is admitted with
 * @param standingWait the same, once the queue has not been empty for {@code standingAfter}
 * @param standingAfter how long a queue must stand before it counts as overload instead of a burst
 */
public record AdmissionConfig(
    int minConcurrency, Duration burstWait, Duration standingWait, Duration standingAfter) {
  public AdmissionConfig {
    checkRange("minConcurrency", minConcurrency, 1, 1024);
    checkPositive("burstWait", burstWait);
    checkPositive("standingWait", standingWait);
    checkPositive("standingAfter", standingAfter);
    if (standingWait.compareTo(burstWait) > 0) {
      throw new SettingException(
          "standingWait", "at most burstWait " + burstWait + " expected, got " + standingWait);
    }
  }

  /** For work of which nobody wants a quick answer: the queue's length alone is bounded. */
  public static AdmissionConfig patient() {
    Duration wait = Duration.ofHours(1);
    return new AdmissionConfig(1024, wait, wait, wait);
  }
}
