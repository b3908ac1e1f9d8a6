package io.unipin.serving.admission;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of admission: bounds on the expected wait and on calls in the server. The setting
 * {@code server.queue} bounds the number of waiting calls; {@link Admission} gets it as
 * {@code capacity}.
 *
 * @param minConcurrency number of calls per worker, running or waiting, that the adaptive limit
 *     always allows
 * @param burstWait longest expected wait for a worker; a call with a longer expected wait is
 *     refused
 * @param standingWait bound that replaces {@code burstWait} once the queue has not been empty for
 *     {@code standingAfter}
 * @param standingAfter time for which a queue may stay non-empty during a burst; a queue that is
 *     non-empty for longer counts as an overload
 * @param order order in which waiting calls run
 * @param overtakenFor time for {@link Order#COST}: cheaper calls overtake a live call only if they
 *     arrive at most this long after it
 */
public record AdmissionConfig(
    int minConcurrency,
    Duration burstWait,
    Duration standingWait,
    Duration standingAfter,
    Order order,
    Duration overtakenFor) {
  private static final Duration MOST_OVERTAKEN_FOR = Duration.ofHours(1);

  public AdmissionConfig {
    checkRange("minConcurrency", minConcurrency, 1, 1024);
    checkPositive("burstWait", burstWait);
    checkPositive("standingWait", standingWait);
    checkPositive("standingAfter", standingAfter);
    checkPositive("overtakenFor", overtakenFor);
    if (overtakenFor.compareTo(MOST_OVERTAKEN_FOR) > 0) {
      throw new SettingException(
          "overtakenFor", "at most " + MOST_OVERTAKEN_FOR + " expected, got " + overtakenFor);
    }
    if (standingWait.compareTo(burstWait) > 0) {
      throw new SettingException(
          "standingWait", "at most burstWait " + burstWait + " expected, got " + standingWait);
    }
  }

  /**
   * Returns settings for work that needs no quick answer. Only the length of the queue is bounded,
   * and calls run in the order of arrival.
   */
  public static AdmissionConfig patient() {
    Duration wait = Duration.ofHours(1);
    return new AdmissionConfig(1024, wait, wait, wait, Order.ARRIVAL, wait);
  }
}
