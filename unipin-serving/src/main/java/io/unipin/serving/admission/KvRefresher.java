package io.unipin.serving.admission;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes the actions of cached users as soon as they are recorded, so that the next page is a hit.
 *
 * <p>One user at a time, on at most one worker, behind every request that waits. A user who acts again before their turn is
 * encoded once. When the server has no capacity to spare nothing is done: the next page encodes the actions itself.
 * Thread-safe.
 */
public final class KvRefresher {
  private static final Logger logger = LoggerFactory.getLogger(KvRefresher.class);
  private static final int MAX_WAITING = 4096;
  private static final int USERS_AT_ONCE = 16;
  private static final Duration PATIENCE = Duration.ofHours(1);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Admission admission;
  private final boolean enabled;
  private final ToIntFunction<String> refresh;
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which they came. */
  @GuardedBy("lock")
  private final Set<String> waiting = new LinkedHashSet<>();

  /** Whether a task is admitted that will look at {@code waiting}. */
  @GuardedBy("lock")
  private boolean scheduled;

  private final AtomicLong encoded = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /**
   * @param enabled does nothing when false
   * @param refresh brings what the cache holds of a user up to date; returns the number of actions encoded
   */
  public KvRefresher(Admission admission, boolean enabled, ToIntFunction<String> refresh) {
    this.admission = admission;
    this.enabled = enabled;
    this.refresh = refresh;
  }

  /** Says that actions of a cached user were recorded. */
  public void recorded(String user) {
    if (!enabled) {
      return;
    }
    boolean schedule;
    lock.lock();
    try {
      if (waiting.size() < MAX_WAITING) {
        waiting.add(user);
      } else if (!waiting.contains(user)) {
        skipped.incrementAndGet();
      }
      schedule = !scheduled;
      scheduled = true;
    } finally {
      lock.unlock();
    }
    if (schedule) {
      schedule();
    }
  }

  /** Forgets that a user waits; returns whether they did. */
  public boolean erase(String user) {
    lock.lock();
    try {
      return waiting.remove(user);
    } finally {
      lock.unlock();
    }
  }

  /** Actions encoded ahead of requests so far. */
  public long encoded() {
    return encoded.get();
  }

  /** Users whose turn never came because too many waited, or whose encoding failed. */
  public long skipped() {
    return skipped.get();
  }

  private void schedule() {
    boolean admitted = false;
    try {
      admission.admit(new Work("refresh", Priority.BATCH, PATIENCE, this::run));
      admitted = true;
    } catch (ServingException e) {
      logger.debug("no capacity to spare", e);
    } finally {
      if (!admitted) {
        leaveToTheNext();
      }
    }
  }

  /** The next action tries again. */
  private void leaveToTheNext() {
    lock.lock();
    try {
      scheduled = false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether it encoded anything. */
  private boolean run() {
    boolean worked = false;
    for (int i = 0; i < USERS_AT_ONCE; i++) {
      String user = next();
      if (user == null) {
        return worked;
      }
      worked |= refresh(user);
      if (admission.waiting() > 0) {
        break;
      }
    }
    schedule();
    return worked;
  }

  /** Takes the next user out; absent when none waits, and then the next one has to schedule. */
  private @Nullable String next() {
    lock.lock();
    try {
      Iterator<String> users = waiting.iterator();
      if (!users.hasNext()) {
        scheduled = false;
        return null;
      }
      String user = users.next();
      users.remove();
      return user;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits for an answer, so a failure ends here; a request would meet it again and say so. */
  private boolean refresh(String user) {
    try {
      int actions = refresh.applyAsInt(user);
      encoded.addAndGet(actions);
      return actions > 0;
    } catch (Throwable e) {
      skipped.incrementAndGet();
      long now = System.nanoTime();
      long last = lastLogged.get();
      if (now - last >= LOG_EVERY_NANOS && lastLogged.compareAndSet(last, now)) {
        logger.warn("recorded actions could not be encoded ahead of a request", e);
      }
      return false;
    }
  }
}
