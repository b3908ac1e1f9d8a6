package io.unipin.serving.fleet;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.ErasureReader;
import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.erasure.MadeErasures;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.user.ErasureSpread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads erasures over a fleet: writes them to its log, makes those of others. Thread-safe. */
public final class FleetErasures implements ErasureSpread, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(FleetErasures.class);
  private static final long PAUSE_MS = 10;

  private final ErasureLog log;
  private final ErasureSeal seal;
  private final @Nullable Replicas replicas;
  private final Duration patience;
  private final long self = ThreadLocalRandom.current().nextLong();

  /**
   * @param replicas the register of replicas; null for a fleet that has none, whose replicas erase
   *     without confirming it
   * @param patience longest time to wait for confirmations
   */
  FleetErasures(ErasureLog log, ErasureSeal seal, @Nullable Replicas replicas, Duration patience) {
    this.log = log;
    this.seal = seal;
    this.replicas = replicas;
    this.patience = patience;
  }

  /**
   * Makes the erasures that this replica has missed, and those of other replicas from now on.
   *
   * @param eraser erases a user from this replica alone
   */
  public void follow(MadeErasures made, ErasureReader.Eraser eraser) {
    ErasureReader reader = new ErasureReader(seal, self, made, eraser, this::confirm);
    if (!log.follow(reader, made)) {
      logger.warn("erasures of other replicas can't be read now; they are made once they can be");
    }
  }

  private void confirm(String name, boolean existed) {
    if (replicas != null) {
      replicas.confirm(name, existed);
    }
  }

  /**
   * Passes all erasures of the fleet to an eraser, and confirms none.
   *
   * @throws ServingException UNAVAILABLE when they can't be read now
   */
  public void apply(ErasureReader.Eraser eraser) {
    log.readAll(ErasureReader.replay(seal, eraser));
  }

  /** Whether all erasures were read that were in the log when this replica started. */
  public boolean isRead() {
    return log.isRead();
  }

  @Override
  public void announce(String user, long timeMs) {
    log.write(seal.key(user), seal.value(user, timeMs, self));
  }

  @Override
  public Answers await(String user, long timeMs, boolean existed) {
    if (replicas == null) {
      return Answers.none(existed);
    }
    String name = ErasureSeal.name(seal.key(user), timeMs);
    try {
      replicas.confirm(name, existed);
      return answers(replicas, name, existed);
    } catch (ServingException e) {
      logger.warn("the other replicas' confirmations can't be read now: {}", e.getMessage());
      FleetView known = replicas.view();
      if (known.replicas().isEmpty()) {
        throw new ServingException(
            FailureKind.UNAVAILABLE,
            "this replica has erased the user, and the others do so once they read the erasure;"
                + " who they are can't be read now, so ask again for their confirmations",
            e);
      }
      return new Answers(existed, List.of(known.self()), named(known, List.of()), unseen(known));
    }
  }

  private Answers answers(Replicas register, String name, boolean existed) {
    FleetView fleet = register.look();
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Map<String, Boolean> confirmed = register.confirmations(name);
      boolean all =
          fleet.replicas().stream()
              .filter(FleetErasures::isAwaited)
              .allMatch(replica -> confirmed.containsKey(replica.name()));
      if (all || System.nanoTime() >= end || !pause()) {
        List<String> names = confirmed.keySet().stream().sorted().toList();
        return new Answers(
            existed || confirmed.containsValue(true), names, named(fleet, names), unseen(fleet));
      }
    }
  }

  private static boolean isAwaited(Replica replica) {
    return replica.state() == Replica.State.LIVE || replica.state() == Replica.State.AWAY;
  }

  /** Returns the names of other replicas that did not confirm, but may come back. */
  private static List<String> named(FleetView fleet, List<String> confirmed) {
    List<String> names = new ArrayList<>();
    for (Replica replica : fleet.replicas()) {
      if (replica.state() != Replica.State.UNSEEN
          && !replica.name().equals(fleet.self())
          && !confirmed.contains(replica.name())) {
        names.add(replica.name());
      }
    }
    return names;
  }

  private static List<String> unseen(FleetView fleet) {
    return fleet.replicas().stream()
        .filter(replica -> replica.state() == Replica.State.UNSEEN)
        .map(Replica::name)
        .toList();
  }

  /** Waits for a moment. Returns false if the server stops. */
  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Stops making the erasures of other replicas. Idempotent. */
  @Override
  public void close() {
    log.close();
  }
}
