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
 * Encodes new actions of cached users as soon as they are recorded, so that a user's next page is a
 * cache hit.
 *
 * <p>The refresher encodes one user at a time, on at most one worker. Every waiting request runs
 * first. With {@link Order#COST}, the refresher waits for these requests for a bounded time only. A
 * user who acts again while waiting is encoded once. If there is no spare capacity, the refresher
 * does nothing. The user's next page request then encodes the actions. Thread-safe.
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

  /** The users whose new actions must be encoded, in order of arrival. */
  @GuardedBy("lock")
  private final Set<String> waiting = new LinkedHashSet<>();

  /** Whether an admitted task will process {@code waiting}. */
  @GuardedBy("lock")
  private boolean scheduled;

  private final AtomicLong encoded = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);

  /**
   * @param enabled whether users are encoded; if false, the refresher does nothing
   * @param refresh extends the cached state of a user to the stored history; returns the number of
   *     actions encoded
   */
  public KvRefresher(Admission admission, boolean enabled, ToIntFunction<String> refresh) {
    this.admission = admission;
    this.enabled = enabled;
    this.refresh = refresh;
  }

  /** Notes that actions of a user were recorded. */
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

  /** Removes a waiting user. Returns whether the user waited. */
  public boolean erase(String user) {
    lock.lock();
    try {
      return waiting.remove(user);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of actions encoded before a request needed them. */
  public long encoded() {
    return encoded.get();
  }

  /**
   * Returns the number of users that were skipped because too many users waited or their encoding
   * failed.
   */
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

  /** Notes that no task is scheduled, so that the next recorded action schedules a task. */
  private void leaveToTheNext() {
    lock.lock();
    try {
      scheduled = false;
    } finally {
      lock.unlock();
    }
  }

  /** Encodes a few waiting users. Returns whether any action was encoded. */
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

  /**
   * Removes and returns the next user. If no user waits, returns null, and the next recorded action
   * schedules a task.
   */
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

  /**
   * Encodes a user's new actions. A failure is only counted and logged, because nobody waits for an
   * answer. The user's next request meets the same failure and reports it.
   */
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
