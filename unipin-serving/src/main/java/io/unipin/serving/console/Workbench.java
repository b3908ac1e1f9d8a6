package io.unipin.serving.console;

import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.Priority;
import io.unipin.serving.admission.Ticket;
import io.unipin.serving.admission.Work;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.StageClock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;

/**
 * Runs the console's computations with the model on the server's workers. Requests of users run
 * before them. Thread-safe.
 */
final class Workbench {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Admission admission;

  Workbench(Admission admission) {
    this.admission = admission;
  }

  /** Runs work with the bundle that the holder serves now, and waits for the result. */
  <T> T run(String kind, BundleHolder bundles, BiFunction<LoadedBundle, StageClock, T> work) {
    Countdown countdown = new Countdown(System.nanoTime() + LIMIT.toNanos());
    CompletableFuture<T> answer = new CompletableFuture<>();
    Ticket ticket =
        admission.admit(
            new Work(
                kind, Priority.BATCH, LIMIT, () -> complete(answer, bundles, countdown, work)));
    try {
      return answer.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      ticket.withdraw();
      throw new ServingException(FailureKind.DEADLINE, "no worker was free for " + LIMIT, e);
    } catch (InterruptedException e) {
      ticket.withdraw();
      Thread.currentThread().interrupt();
      throw new ServingException(FailureKind.UNAVAILABLE, "the server stops", e);
    } catch (ExecutionException e) {
      throw ServingException.of(Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  /**
   * Completes a future on a worker. Puts every failure into the future and throws none. Returns
   * whether there is an answer.
   */
  private static <T> boolean complete(
      CompletableFuture<T> answer,
      BundleHolder bundles,
      Countdown countdown,
      BiFunction<LoadedBundle, StageClock, T> work) {
    answer.completeAsync(
        () -> {
          countdown.check();
          try (BundleLease lease = bundles.acquire()) {
            return work.apply(lease.bundle(), new StageClock(countdown, System::nanoTime));
          }
        },
        Runnable::run);
    return !answer.isCompletedExceptionally();
  }

  private record Countdown(long end) implements CallBudget {
    @Override
    public void check() {
      if (remaining().isZero()) {
        throw new ServingException(FailureKind.DEADLINE, "the time is used up");
      }
    }

    @Override
    public Duration remaining() {
      return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }
  }
}
