package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.request.CallBudget;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The caller's deadline and cancellation, read from the gRPC context. Thread-safe. */
final class ContextBudget implements CallBudget {
  /**
   * The time that a call without a deadline is expected to have. Nothing ends the call after it.
   */
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Context context;

  ContextBudget(Context context) {
    this.context = context;
  }

  @Override
  public void check() {
    Deadline deadline = context.getDeadline();
    if (deadline != null && deadline.isExpired()) {
      throw new ServingException(FailureKind.DEADLINE, "the deadline has passed");
    }
    if (context.isCancelled()) {
      throw new ServingException(FailureKind.CANCELLED, "the caller has gone");
    }
  }

  @Override
  public Duration remaining() {
    @Nullable Deadline deadline = context.getDeadline();
    return deadline == null
        ? LONG
        : Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }
}
