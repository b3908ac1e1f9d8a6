package io.unipin.serving.rpc;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unipin.serving.FailureKind;
import io.unipin.serving.ServingException;
import io.unipin.serving.metrics.ServingMetrics;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls on a bounded pool, answers them, and turns every failure into a status. A call that finds the queue full is
 * refused before any work is done.
 *
 * <p>Thread-safe. The only place that catches {@code RuntimeException}.
 */
final class CallRunner implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CallRunner.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ThreadPoolExecutor workers;
  private final ServingMetrics metrics;
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  CallRunner(String name, int threads, int queue, ServingMetrics metrics) {
    AtomicInteger number = new AtomicInteger();
    this.metrics = metrics;
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            task -> new Thread(task, name + "-" + number.getAndIncrement()));
  }

  /** Answers a unary call with what {@code work} returns. */
  <T> void run(String rpc, StreamObserver<T> observer, Function<ContextBudget, T> work) {
    if (observer instanceof ServerCallStreamObserver<T> call) {
      call.setOnCancelHandler(
          () -> {}); // a late answer to a caller that has gone is dropped, not thrown
    }
    long begin = System.nanoTime();
    Context context = Context.current();
    try {
      workers.execute(context.wrap(() -> answer(rpc, observer, context, work, begin)));
    } catch (RejectedExecutionException e) {
      FailureKind kind = workers.isShutdown() ? FailureKind.UNAVAILABLE : FailureKind.OVERLOADED;
      String reason = workers.isShutdown() ? "the server stops" : "too many requests wait already";
      refuse(rpc, observer, new ServingException(kind, reason), begin);
    }
  }

  private <T> void answer(
      String rpc,
      StreamObserver<T> observer,
      Context context,
      Function<ContextBudget, T> work,
      long begin) {
    try {
      ContextBudget budget = new ContextBudget(context);
      budget.check();
      T response = work.apply(budget);
      observer.onNext(response);
      observer.onCompleted();
      metrics.request(rpc, "OK", System.nanoTime() - begin);
    } catch (ServingException e) {
      if (e.kind() == FailureKind.INTERNAL) {
        log(rpc, e);
      }
      refuse(rpc, observer, e, begin);
    } catch (RuntimeException e) {
      log(rpc, e);
      refuse(rpc, observer, new ServingException(FailureKind.INTERNAL, "internal error", e), begin);
    }
  }

  private <T> void refuse(
      String rpc, StreamObserver<T> observer, ServingException failure, long begin) {
    StatusRuntimeException status = FailureStatus.of(failure);
    metrics.request(rpc, status.getStatus().getCode().name(), System.nanoTime() - begin);
    observer.onError(status);
  }

  /** At most one a second: the same cause tends to fail every call. */
  private void log(String rpc, RuntimeException failure) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
      logger.error("{} failed", rpc, failure);
    }
  }

  int waiting() {
    return workers.getQueue().size();
  }

  /** Takes no more calls and waits for those under way; interrupts what is left. */
  void drain(long nanos) {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
        logger.warn("calls are still under way after the drain time; they are interrupted");
        workers.shutdownNow();
        workers.awaitTermination(nanos, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    drain(0);
  }
}
