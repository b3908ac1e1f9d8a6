package io.unipin.model.batch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers calls from many threads into batches, and runs the batches in a few threads of its own.
 *
 * <p>A batch starts with the call that has waited longest. Waiting calls of the same bucket join
 * the batch, and so do calls that arrive within {@code patience}. A batch keeps to its limits of
 * calls and rows. A call that alone has more rows than the limit is a batch of its own. With two
 * threads, one thread can prepare a batch while a device computes the other thread's batch.
 *
 * <p>A caller waits for the result of its call even when the caller is interrupted. The reason is
 * that the call's arguments, such as a block's memory, must stay valid until the call is over.
 * Thread-safe.
 */
public final class Gatherer implements AutoCloseable {
  private static final int QUEUE = 4096;

  /** A call that can run together with other calls of its bucket. */
  public interface Call {
    /** Returns the call's bucket. Calls with equal buckets can run as one. */
    Object bucket();

    /** Returns the number of rows that the call adds to a batch. */
    int rows();
  }

  /**
   * Limits of batches.
   *
   * @param calls largest number of calls in a batch
   * @param rows largest number of rows in a batch of several calls
   * @param patience how long a batch waits for more calls
   */
  public record Limits(int calls, int rows, Duration patience) {}

  /** Runs calls of one bucket. Returns one result per call, in the order of the calls. */
  public interface Runner {
    List<float[]> run(List<Call> calls);
  }

  private record Pending(Call call, CompletableFuture<float[]> result) {}

  private final Limits limits;
  private final Runner runner;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final List<Thread> threads = new ArrayList<>();
  private final ReentrantLock gathering = new ReentrantLock();

  /**
   * Calls that were taken from the queue but are not in a batch yet, in the order in which they
   * came.
   */
  @GuardedBy("gathering")
  private final List<Pending> held = new ArrayList<>();

  private volatile boolean closed;

  /**
   * Creates a gatherer.
   *
   * @param name name of its threads
   * @param count number of threads that run batches
   */
  public Gatherer(String name, int count, Limits limits, Runner runner) {
    this.limits = limits;
    this.runner = runner;
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::work, name);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /**
   * Runs a call together with other calls and returns its result.
   *
   * @throws ModelException when the runner throws a ModelException, too many calls wait, or the
   *     gatherer is closed
   */
  public float[] call(Call call) {
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

  /** Returns the number of calls that are still in the queue. */
  int waiting() {
    return queue.size();
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    return cause instanceof RuntimeException failure
        ? failure
        : new ModelException("a batch failed: " + cause);
  }

  private void work() {
    List<Pending> batch = new ArrayList<>();
    try {
      while (!closed) {
        next(batch);
        run(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true; // when one thread ends, the gatherer is closed and later calls fail
      fail(batch);
      failAll();
    }
  }

  /** Moves the calls of the next batch to {@code batch}. One thread at a time gathers. */
  private void next(List<Pending> batch) throws InterruptedException {
    gathering.lockInterruptibly();
    try {
      if (held.isEmpty()) {
        held.add(queue.take());
      }
      gather(batch);
    } finally {
      gathering.unlock();
    }
  }

  /**
   * Moves calls of the longest-waiting call's bucket to the batch, first from {@code held} and then
   * from the queue. Keeps calls of other buckets in {@code held}.
   */
  @GuardedBy("gathering")
  private void gather(List<Pending> batch) throws InterruptedException {
    Object bucket = held.get(0).call().bucket();
    int rows = 0;
    for (Iterator<Pending> each = held.iterator();
        each.hasNext() && batch.size() < limits.calls; ) {
      Pending pending = each.next();
      if (!pending.call().bucket().equals(bucket)) {
        continue;
      }
      if (!fits(pending, batch, rows)) {
        return;
      }
      batch.add(pending);
      rows += pending.call().rows();
      each.remove();
    }
    long end = System.nanoTime() + limits.patience.toNanos();
    while (batch.size() < limits.calls) {
      Pending next = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (next == null) {
        return;
      }
      boolean joins = next.call().bucket().equals(bucket);
      if (joins && fits(next, batch, rows)) {
        batch.add(next);
        rows += next.call().rows();
      } else {
        held.add(next);
        if (joins) {
          return; // the batch is full
        }
      }
    }
  }

  private boolean fits(Pending pending, List<Pending> batch, int rows) {
    return batch.isEmpty() || (long) rows + pending.call().rows() <= limits.rows;
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
    gathering.lock();
    try {
      rest.addAll(held);
      held.clear();
    } finally {
      gathering.unlock();
    }
    fail(rest);
  }

  private static void fail(List<Pending> calls) {
    calls.forEach(
        pending ->
            pending.result().completeExceptionally(new ModelException("the model is closed")));
  }

  /**
   * Finishes the running batches. Fails all waiting calls, including the calls of a batch that is
   * still being gathered. Idempotent.
   */
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
