package io.unipin.serving.erasure;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies each erasure of a log once on this replica, and confirms it.
 *
 * <p>If this replica can't read an erasure, it holds the erasure, and tries again once the secrets
 * change. If a store of this replica fails, the replica also holds the erasure, and tries again
 * after 0.1 to 30 seconds. Later erasures are applied meanwhile. If replicas share stores, an erasure that a call to
 * this server has begun is held until it is complete in the shared stores. The positions in
 * {@link SharedErasures} never pass an erasure that is held. Only one thread may call the methods,
 * except {@link #unreadable} and {@link #failed}.
 */
public final class ErasureReader implements ErasureLog.Receiver {
  private static final Logger logger = LoggerFactory.getLogger(ErasureReader.class);

  /**
   * Largest number of held erasures, each of which takes a few hundred bytes. Once so many are
   * held, the log is read no further.
   */
  private static final int MOST_HELD = 10_000;

  /** Time after which the held erasures wait for the next call, so that new erasures are read. */
  private static final Duration PASS = Duration.ofSeconds(1);

  private final ErasureSeal seal;
  private final long self;
  private final MadeErasures made;
  private final Eraser eraser;
  private final Confirmations confirmations;
  private final SharedErasures shared;
  private final Map<String, HeldErasure> held = new LinkedHashMap<>();
  private Map<String, ErasurePoint> raised = Map.of();
  private volatile int unreadable;
  private volatile int failed;

  /** Erases a user from the stores of a replica. */
  @FunctionalInterface
  public interface Eraser {
    /**
     * Erases a user.
     *
     * @param timeMs time of the erasure in milliseconds since 1970
     * @return whether the replica held data of the user
     * @throws ServingException when a store can't be reached
     */
    boolean erase(String user, long timeMs);
  }

  /** Tells the fleet that this replica has applied an erasure. */
  @FunctionalInterface
  public interface Confirmations {
    /**
     * Confirms an erasure.
     *
     * @param name name of the erasure, as {@link ErasureSeal#name} returns it
     * @param existed whether this replica held data of the user
     * @throws ServingException UNAVAILABLE when the fleet can't be told now
     */
    void confirm(String name, boolean existed);
  }

  /**
   * @param self number of this server; the calls that write this server's own erasures also apply
   *     them
   */
  public ErasureReader(
      ErasureSeal seal,
      long self,
      MadeErasures made,
      Eraser eraser,
      Confirmations confirmations,
      SharedErasures shared) {
    this.seal = seal;
    this.self = self;
    this.made = made;
    this.eraser = eraser;
    this.confirmations = confirmations;
    this.shared = shared;
    made.held().forEach(logged -> held.put(logged.place(), new HeldErasure(logged, 0, null)));
  }

  /**
   * Returns the number of erasures that this replica has not applied because it can't read them.
   */
  public int unreadable() {
    return unreadable;
  }

  /**
   * Returns the number of erasures that a store of this replica could not make at the last try.
   */
  public int failed() {
    return failed;
  }

  @Override
  public boolean take(LoggedErasure logged) {
    if (made.contains(logged)) {
      return true;
    }
    boolean readable = taken(logged);
    made.add(logged);
    return readable;
  }

  private boolean taken(LoggedErasure logged) {
    ErasureSeal.Erased erased;
    try {
      if (ErasureSeal.isLater(logged.value())) {
        return unread(logged, "a later server wrote it");
      }
      erased = seal.read(logged.value());
    } catch (MalformedBytesException e) {
      logger.error("not an erasure: part {}: {}", logged.place(), e.getMessage());
      return false;
    }
    if (erased.user().isEmpty()) {
      return unread(logged, "security.secretFile lacks the secret that encrypted it");
    }
    if (erased.writer() != self) {
      makeOrHold(erased.user().get(), erased.timeMs(), logged);
    } else if (shared.isUsed()) {
      hold(new HeldErasure(logged, System.nanoTime(), null));
    }
    return true;
  }

  /** Holds an erasure that a store can't make, so that it keeps no other user's data alive. */
  private void makeOrHold(String user, long timeMs, LoggedErasure logged) {
    try {
      make(user, timeMs, logged);
    } catch (RuntimeException e) {
      HeldErasure one = new HeldErasure(logged, 0, null);
      one.failed();
      hold(one);
      if (failed == 0) { // the same cause often makes many fail
        logger.error("an erasure can't be made now; it is tried again: part {}", logged.place(), e);
      }
      count();
    }
  }

  private boolean unread(LoggedErasure logged, String reason) {
    hold(new HeldErasure(logged, 0, seal.present()));
    count();
    logger.error("an erasure can't be made, because {}: part {}", reason, logged.place());
    return false;
  }

  private void hold(HeldErasure one) {
    if (held.size() >= MOST_HELD) {
      settle();
      if (held.size() >= MOST_HELD) {
        throw new ServingException(
            FailureKind.UNAVAILABLE,
            "%s erasures wait, so no more are read".formatted(held.size()));
      }
    }
    held.put(one.logged.place(), one);
    made.hold(one.logged);
  }

  @Override
  public void caughtUp() {
    settle();
    made.save();
    share();
  }

  /** Applies those held erasures that can be applied now. */
  private void settle() {
    long begun = System.nanoTime();
    for (HeldErasure one : List.copyOf(held.values())) {
      if (System.nanoTime() - begun > PASS.toNanos()) {
        break; // each failure postpones its erasure, so the next call begins with others
      }
      if (one.isDue()) {
        settle(one);
      }
    }
    count();
  }

  private void settle(HeldErasure one) {
    try {
      if (isSettled(one)) {
        held.remove(one.logged.place());
        made.release(one.logged);
      }
    } catch (RuntimeException e) {
      one.failed();
      logger.debug("an erasure that waits is tried again: part {}", one.logged.place(), e);
    }
  }

  private void count() {
    unreadable = (int) held.values().stream().filter(one -> one.unread != null).count();
    failed = (int) held.values().stream().filter(HeldErasure::hasFailed).count();
  }

  private boolean isSettled(HeldErasure one) {
    Object present = seal.present();
    if (present.equals(one.unread)) {
      return false;
    }
    one.unread = present;
    if (ErasureSeal.isLater(one.logged.value())) {
      return false;
    }
    ErasureSeal.Erased erased;
    try {
      erased = seal.read(one.logged.value());
    } catch (MalformedBytesException e) {
      logger.error("an erasure of the file is damaged: part {}", one.logged.place(), e);
      return false;
    }
    if (erased.user().isEmpty()) {
      return false;
    }
    one.unread = null;
    String user = erased.user().get();
    if (one.begunNanos != 0 && shared.isMade(user, erased.timeMs())) {
      return true;
    }
    if (one.isCalled()) {
      return false;
    }
    make(user, erased.timeMs(), one.logged);
    logger.info("an erasure that waited is made: part {}", one.logged.place());
    return true;
  }

  /** Tells the fleet up to which positions all erasures are applied in the shared stores. */
  private void share() {
    if (!shared.isUsed()) {
      return;
    }
    Map<String, ErasurePoint> points = made.points();
    if (points.equals(raised)) {
      return;
    }
    try {
      shared.raise(points);
      raised = points;
    } catch (ServingException e) {
      logger.debug("the fleet can't be told now up to where erasures are made", e);
    }
  }

  private void make(String user, long timeMs, LoggedErasure logged) {
    boolean existed = eraser.erase(user, timeMs);
    try {
      confirmations.confirm(ErasureSeal.name(logged.key(), timeMs), existed);
    } catch (ServingException e) {
      logger.warn("a user is erased, which can't be confirmed now: {}", e.getMessage());
    }
  }
}
