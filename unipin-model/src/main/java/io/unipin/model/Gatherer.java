package io.unipin.model;

import io.unipin.model.features.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gathers calls of many threads into batches that one thread runs.
 *
 * <p>A batch starts with the call that has waited longest. Waiting calls of the same bucket join
 * the batch, and so do calls that arrive within {@code wait}. A batch has at most {@code most}
 * calls.
 *
 * <p>A caller waits for the result of its call even when the caller is interrupted. The reason is
 * that the call's arguments, such as a block's memory, must stay valid until the call is over.
 * Thread-safe.
 */
final class Gatherer implements AutoCloseable {
  private static final int QUEUE = 4096;

  /** A call that can run together with other calls of its bucket. */
  public interface Call {
    /** Returns the call's bucket. Calls with equal buckets can run as one. */
    Object bucket();
  }

  /** Runs calls of one bucket. Returns one result per call, in the order of the calls. */
  interface Runner {
    List<float[]> run(List<Call> calls);
  }

  private record Pending(Call call, CompletableFuture<float[]> result) {}

  private final int most;
  private final long waitNanos;
  private final Runner runner;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread thread;
  private volatile boolean closed;

  Gatherer(String name, int most, Duration wait, Runner runner) {
    this.most = most;
    this.waitNanos = wait.toNanos();
    this.runner = runner;
    thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Runs a call together with others and returns its result.
   *
   * @throws ModelException when the runner throws a ModelException, too many calls wait, or the
   *     gatherer is closed
   */
  float[] call(Call call) {
    Pending pending = new Pending(call, new CompletableFuture<>());
    if (closed || !queue.offer(pending)) {
      throw new ModelException(closed ? "the model is closed" : "too many calls at once");
    }
    if (closed) {
      failAll();
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return pending.result().get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    return cause instanceof RuntimeException failure
        ? failure
        : new ModelException("a batch failed: " + cause);
  }

  private void work() {
    List<Pending> held = new ArrayList<>();
    List<Pending> batch = new ArrayList<>();
    try {
      while (!closed) {
        if (held.isEmpty()) {
          held.add(queue.take());
        }
        gather(held, batch);
        run(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true; // only this thread runs calls, so later calls must fail
      fail(batch);
      fail(held);
      failAll();
    }
  }

  /**
   * Moves calls of the longest-waiting call's bucket to the batch, first from {@code held} and then
   * from the queue. Keeps calls of other buckets in {@code held}.
   */
  private void gather(List<Pending> held, List<Pending> batch) throws InterruptedException {
    Object bucket = held.get(0).call().bucket();
    for (Iterator<Pending> each = held.iterator(); each.hasNext() && batch.size() < most; ) {
      Pending pending = each.next();
      if (pending.call().bucket().equals(bucket)) {
        batch.add(pending);
        each.remove();
      }
    }
    long end = System.nanoTime() + waitNanos;
    while (batch.size() < most) {
      Pending next = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (next == null) {
        break;
      }
      (next.call().bucket().equals(bucket) ? batch : held).add(next);
    }
  }

  private void run(List<Pending> batch) {
    try {
      List<float[]> results = runner.run(batch.stream().map(Pending::call).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).result().complete(results.get(i));
      }
    } catch (RuntimeException | Error e) {
      batch.forEach(pending -> pending.result().completeExceptionally(e));
    }
  }

  private void failAll() {
    List<Pending> rest = new ArrayList<>();
    queue.drainTo(rest);
    fail(rest);
  }

  private static void fail(List<Pending> calls) {
    calls.forEach(
        pending ->
            pending.result().completeExceptionally(new ModelException("the model is closed")));
  }

  /**
   * Finishes the running batch and fails all waiting calls, including a batch that is still being
   * gathered. Idempotent.
   */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
