package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.Priority;
import io.unipin.serving.admission.Ticket;
import io.unipin.serving.admission.Work;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.spans.EngineCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs admitted calls on workers, sends their answers, and turns every failure into a status.
 *
 * <p>A call that is not admitted is refused before any work is done. A waiting call is dropped when
 * its caller goes away.
 *
 * <p>Thread-safe. When the heap is used up, the JVM ends the process
 * ({@code -XX:OnOutOfMemoryError}). Any other error is answered as INTERNAL.
 */
final class CallRunner implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CallRunner.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Admission admission;
  private final ServingMetrics metrics;
  private final boolean traced;
  private final Consumer<ServingException> lost;
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /**
   * Creates a runner. The runner drains the admission but does not close it.
   *
   * @param traced whether calls to external engines are collected for traces
   */
  CallRunner(Admission admission, ServingMetrics metrics, boolean traced) {
    this(admission, metrics, traced, failure -> {});
  }

  /**
   * Creates a runner that reports the loss of the device.
   *
   * @param lost takes every failure of the kind {@link FailureKind#LOST}
   */
  CallRunner(
      Admission admission,
      ServingMetrics metrics,
      boolean traced,
      Consumer<ServingException> lost) {
    this.admission = admission;
    this.lost = lost;
    this.metrics = metrics;
    this.traced = traced;
  }

  /**
   * An answer with the action that follows it.
   *
   * @param served logs and counts the answer; runs only if the answer was sent while the caller was
   *     still there
   */
  record Answer<T>(T response, Runnable served) {}

  /** Answers a unary call with the result of {@code work}. */
  <T> void run(String rpc, StreamObserver<T> observer, Function<ContextBudget, T> work) {
    serve(rpc, () -> rpc, observer, budget -> new Answer<>(work.apply(budget), () -> {}));
  }

  /**
   * Answers a unary call. The action that follows an answer runs only for answers that were sent in
   * time.
   *
   * @param kind tells the kind of the call; calls of one kind take similar times
   */
  <T> void serve(
      String rpc,
      Supplier<String> kind,
      StreamObserver<T> observer,
      Function<ContextBudget, Answer<T>> work) {
    Context context = Context.current();
    Arrival arrival = Arrival.of(context);
    ContextBudget budget = new ContextBudget(context);
    BooleanSupplier task =
        () -> {
          Context before = context.attach();
          if (traced) {
            EngineCalls.open(arrival.traceparent());
          }
          try {
            return answer(rpc, observer, budget, work, arrival);
          } finally {
            EngineCalls.close();
            context.detach(before);
          }
        };
    try {
      Ticket ticket = admit(kind.get(), arrival.priority(), budget.remaining(), task);
      if (observer instanceof ServerCallStreamObserver<T> call) {
        // With this handler, a late answer to a caller that has gone is dropped without an
        // exception.
        call.setOnCancelHandler(() -> forget(rpc, ticket, budget, arrival));
      }
    } catch (ServingException e) {
      refuse(rpc, observer, e, arrival);
    }
  }

  private Ticket admit(String kind, Priority priority, Duration remaining, BooleanSupplier task) {
    long begin = System.nanoTime();
    BooleanSupplier measured =
        () -> {
          metrics.admission().waited(kind, System.nanoTime() - begin);
          return task.getAsBoolean();
        };
    return admission.admit(new Work(kind, priority, remaining, measured));
  }

  private void forget(String rpc, Ticket ticket, ContextBudget budget, Arrival arrival) {
    if (ticket.withdraw()) {
      metrics.request(rpc, gone(budget), arrival.age());
    }
  }

  private static String gone(ContextBudget budget) {
    return budget.remaining().isZero() ? "DEADLINE_EXCEEDED" : "CANCELLED";
  }

  private static boolean hasGone(StreamObserver<?> observer) {
    return observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
  }

  /**
   * Runs the action that follows an answer. A failure of this action must not change the answer.
   */
  private void follow(String rpc, Runnable served) {
    try {
      served.run();
    } catch (Throwable e) {
      log(rpc, e);
    }
  }

  /** Runs the work and sends its answer. Returns whether there was an answer, even a late one. */
  private <T> boolean answer(
      String rpc,
      StreamObserver<T> observer,
      ContextBudget budget,
      Function<ContextBudget, Answer<T>> work,
      Arrival arrival) {
    boolean worked = false;
    try {
      budget.check();
      Answer<T> answer = work.apply(budget);
      worked = true;
      budget.check(); // nobody reads a late answer, so it must not count as an answer
      observer.onNext(answer.response());
      if (hasGone(observer)) {
        metrics.request(rpc, gone(budget), arrival.age());
        return worked;
      }
      follow(rpc, answer.served());
      // This comes last, so that every answer that a caller received is already logged and counted.
      observer.onCompleted();
      metrics.request(rpc, "OK", arrival.age());
    } catch (Throwable e) {
      // Errors are caught as well. For example, direct memory may be used up, or a class may fail
      // to load. Such an error fails only this call.
      ServingException failure = ServingException.of(e);
      refuse(rpc, observer, failure, arrival);
      if (failure.kind() == FailureKind.INTERNAL) {
        log(rpc, failure);
      }
      if (failure.kind() == FailureKind.LOST) {
        lost.accept(failure);
      }
    }
    return worked;
  }

  private <T> void refuse(
      String rpc, StreamObserver<T> observer, ServingException failure, Arrival arrival) {
    StatusRuntimeException status = FailureStatus.of(failure);
    observer.onError(status);
    metrics.request(rpc, status.getStatus().getCode().name(), arrival.age());
  }

  /** Logs at most one failure per second, because the same cause often makes every call fail. */
  private void log(String rpc, Throwable failure) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
      logger.error("{} failed", rpc, failure);
    }
  }

  /**
   * Takes no more calls and waits for the running calls. Interrupts the calls that still run after
   * {@code time}.
   */
  void drain(Duration time) {
    admission.drain(time);
  }

  @Override
  public void close() {
    admission.close();
  }
}
