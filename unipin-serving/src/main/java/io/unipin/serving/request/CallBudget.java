package io.unipin.serving.request;

import java.time.Duration;

/** The remaining time of a request. */
public interface CallBudget {
  /**
   * Throws a {@link io.unipin.serving.failure.ServingException} when the time is used up or the
   * caller has gone.
   */
  void check();

  /** Returns the time left; zero when it is used up. */
  Duration remaining();
}
