package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.Ticket;
import io.unipin.serving.admission.Work;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs admitted calls on workers, answers them, and turns every failure into a status. A call that is not admitted is
 * refused before any work is done; one whose caller goes away while it waits is forgotten.
 *
 * <p>Thread-safe. Heap that is used up ends the process, by an option of the JVM; any other error is answered as INTERNAL.
 */
final class CallRunner implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CallRunner.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Admission admission;
  private final ServingMetrics metrics;
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /** Does not close the admission, but drains it. */
  CallRunner(Admission admission, ServingMetrics metrics) {
    this.admission = admission;
    this.metrics = metrics;
  }

  /**
   * An answer, and what follows from it once it is given.
   *
   * @param served logs and counts it; runs when the answer went out while its caller was there
   */
  record Answer<T>(T response, Runnable served) {}

  /** Answers a unary call with what {@code work} returns. */
  <T> void run(String rpc, StreamObserver<T> observer, Function<ContextBudget, T> work) {
    serve(rpc, observer, budget -> new Answer<>(work.apply(budget), () -> {}));
  }

  /** The same, and what follows from the answer happens for answers alone that were given in time. */
  <T> void serve(String rpc, StreamObserver<T> observer, Function<ContextBudget, Answer<T>> work) {
    Context context = Context.current();
    Arrival arrival = Arrival.of(context);
    ContextBudget budget = new ContextBudget(context);
    BooleanSupplier task =
        () -> {
          Context before = context.attach();
          try {
            return answer(rpc, observer, budget, work, arrival);
          } finally {
            context.detach(before);
          }
        };
    try {
      Ticket ticket = admission.admit(new Work(rpc, arrival.priority(), budget.remaining(), task));
      if (observer instanceof ServerCallStreamObserver<T> call) {
        // A late answer to a caller that has gone is dropped, not thrown.
        call.setOnCancelHandler(() -> forget(rpc, ticket, budget, arrival));
      }
    } catch (ServingException e) {
      refuse(rpc, observer, e, arrival);
    }
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

  /** The answer is given; it must not become a failure for what follows from it. */
  private void follow(String rpc, Runnable served) {
    try {
      served.run();
    } catch (Throwable e) {
      log(rpc, e);
    }
  }

  /** Returns whether there was an answer, be it a late one. */
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
      budget.check(); // nobody reads a late answer, and it must not count as one
      observer.onNext(answer.response());
      if (hasGone(observer)) {
        metrics.request(rpc, gone(budget), arrival.age());
        return worked;
      }
      follow(rpc, answer.served());
      observer.onCompleted(); // last, so that a caller finds logged and counted what it got
      metrics.request(rpc, "OK", arrival.age());
    } catch (Throwable e) {
      // Errors too: direct memory that is used up, or a class that can't be loaded, fails this call
      // alone.
      ServingException failure = ServingException.of(e);
      refuse(rpc, observer, failure, arrival);
      if (failure.kind() == FailureKind.INTERNAL) {
        log(rpc, failure);
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

  /** At most one a second: the same cause tends to fail every call. */
  private void log(String rpc, Throwable failure) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
      logger.error("{} failed", rpc, failure);
    }
  }

  /** Takes no more calls and waits for those under way; interrupts what is left. */
  void drain(Duration time) {
    admission.drain(time);
  }

  @Override
  public void close() {
    admission.close();
  }
}
