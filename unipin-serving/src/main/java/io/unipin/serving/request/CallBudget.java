package io.unipin.serving.request;

import java.time.Duration;

/** What is left of a request's time. */
public interface CallBudget {
  /** Throws a {@link io.unipin.serving.failure.ServingException} when the time is used up or the caller has gone. */
  void check();

  /** Zero when used up. */
  Duration remaining();
}
