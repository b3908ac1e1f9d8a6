package io.unipin.serving.pipeline;

import java.time.Duration;

/** What is left of a request's time. */
public interface CallBudget {
  /** Throws a {@link io.unipin.serving.ServingException} when the time is used up or the caller has gone. */
  void check();

  /** Zero when used up. */
  Duration remaining();
}
