package io.unipin.serving.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.threads.ThreadStop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fixed number of workers behind a bounded queue.
 *
 * <p>A call is admitted or refused when it arrives. An admitted call runs unless it is withdrawn
 * while it waits. A worker survives everything that a call throws. Thread-safe.
 */
public final class Admission implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Admission.class);

  /** Longest wait for a free worker. No call takes this long unless native code hangs. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ServiceTimes times = new ServiceTimes();
  private final List<Worker> workers = new ArrayList<>();
  private final LongSupplier nanos;

  @GuardedBy("lock")
  private final WorkQueue queue;

  @GuardedBy("lock")
  private final AdmissionPolicy policy;

  @GuardedBy("lock")
  private int working;

  @GuardedBy("lock")
  private boolean stopped;

  /**
   * Starts the workers. At most {@code capacity} calls wait. {@code nanos} is a nanosecond clock.
   */
  public Admission(
      String name, int workers, int capacity, AdmissionConfig config, LongSupplier nanos) {
    this.nanos = nanos;
    this.policy = new AdmissionPolicy(config, workers, capacity, nanos.getAsLong());
    this.queue = WorkQueue.of(config, workers);
    for (int i = 0; i < workers; i++) {
      this.workers.add(new Worker(name + "-" + i));
    }
    this.workers.forEach(worker -> worker.thread.start());
  }

  /**
   * Admits a call to the queue.
   *
   * @throws ServingException OVERLOADED with a time for a retry, or UNAVAILABLE during a stop
   */
  public Ticket admit(Work work) {
    lock.lock();
    try {
      if (stopped) {
        throw new ServingException(FailureKind.UNAVAILABLE, "the server stops");
      }
      long now = nanos.getAsLong();
      if (queue.size() == 0) {
        policy.queueIsEmpty(now);
      }
      Ticket ticket = new Ticket(this::withdraw, work, times.expected(work.kind(), now), now);
      Optional<Refusal> refusal =
          policy.refusal(
              new AdmissionPolicy.Arrival(work.priority(), work.remaining(), now),
              new AdmissionPolicy.Load(working + queue.size(), queue.workAhead(ticket)));
      if (refusal.isPresent()) {
        throw ServingException.overloaded(refusal.get().reason(), refusal.get().retryAfter());
      }
      queue.add(ticket);
      changed.signal();
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  private boolean withdraw(Ticket ticket) {
    lock.lock();
    try {
      return queue.remove(ticket);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs a task once on every worker, at the same time on all workers. Waits for all workers, even
   * after a failure. Then throws the failure of the first worker that failed.
   *
   * @throws ServingException INTERNAL after an error, UNAVAILABLE when a worker stays busy
   */
  public void onEveryWorker(Runnable task) {
    List<RuntimeException> failures = new ArrayList<>();
    for (WorkerTask taken : given(task)) {
      try {
        taken.await(PATIENCE);
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  /** Gives the task to every worker, or to no worker if the server stops. */
  private List<WorkerTask> given(Runnable task) {
    lock.lock();
    try {
      return workers.stream().map(worker -> worker.run(task)).toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs all steps on every worker, one worker and one step at a time. Between two steps the worker
   * takes waiting calls. The other workers take calls all the time. Rethrows a failure of a step.
   *
   * @throws ServingException INTERNAL after an error, UNAVAILABLE when a worker stays busy
   */
  public void onEveryWorkerInTurn(List<Runnable> steps) {
    for (Worker worker : workers) {
      for (Runnable step : steps) {
        worker.run(step).await(PATIENCE);
      }
    }
  }

  /** Returns the number of calls that wait for a worker. */
  public int waiting() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of calls that the adaptive limit allows in the server. */
  public int limit() {
    lock.lock();
    try {
      return policy.limit();
    } finally {
      lock.unlock();
    }
  }

  /** Admits no more calls, and waits for the admitted calls; interrupts them after {@code time}. */
  public void drain(Duration time) {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    ThreadStop.await(workers.stream().map(worker -> worker.thread).toList(), time);
  }

  @Override
  public void close() {
    drain(Duration.ofMillis(1));
  }

  /** A thread that runs calls until the server stops. */
  private final class Worker {
    private final Thread thread;

    /** Tasks that only this worker may run. Tasks are added under the lock. */
    private final Queue<WorkerTask> own = new ConcurrentLinkedQueue<>();

    Worker(String name) {
      thread = new Thread(this::work, name);
    }

    /** Adds a task that only this worker may run. It runs before waiting calls. */
    WorkerTask run(Runnable task) {
      lock.lock();
      try {
        if (stopped) {
          throw new ServingException(FailureKind.UNAVAILABLE, "the server stops");
        }
        WorkerTask taken = new WorkerTask(task);
        own.add(taken);
        changed.signalAll();
        return taken;
      } finally {
        lock.unlock();
      }
    }

    private void work() {
      while (true) {
        try {
          Runnable next = next();
          if (next == null) {
            return;
          }
          next.run();
        } catch (Throwable e) {
          report(e);
        }
      }
    }

    /** Waits for the next task or call and returns it; null after the stop if neither is left. */
    private @Nullable Runnable next() {
      lock.lock();
      try {
        while (true) {
          WorkerTask first = own.poll();
          if (first != null) {
            return first;
          }
          Ticket ticket = queue.poll(nanos.getAsLong());
          if (ticket != null) {
            working++;
            if (queue.size() == 0) {
              policy.queueIsEmpty(nanos.getAsLong());
            }
            return () -> run(ticket);
          }
          if (stopped) {
            return null;
          }
          changed.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
    }

    private void run(Ticket ticket) {
      long begin = nanos.getAsLong();
      boolean worked = false;
      try {
        worked = ticket.work().task().getAsBoolean();
      } finally {
        ended(ticket, worked, begin);
      }
    }
  }

  /** Logs a failure that a call's task did not handle. The cause is a bug or a lack of memory. */
  private static void report(Throwable failure) {
    try {
      logger.error("a call ended without an answer; its worker goes on", failure);
    } catch (Throwable e) {
      failure.addSuppressed(e); // logging may fail too, for example without memory
    }
  }

  private void ended(Ticket ticket, boolean worked, long begin) {
    long now = nanos.getAsLong();
    ServiceTimes.Span span = new ServiceTimes.Span(ticket.admittedNanos(), begin, now);
    boolean tells = times.ended(ticket.work().kind(), worked, span);
    lock.lock();
    try {
      if (tells) {
        policy.ended(ticket.admittedNanos(), now, working + queue.size());
      }
      working--;
    } finally {
      lock.unlock();
    }
  }
}
