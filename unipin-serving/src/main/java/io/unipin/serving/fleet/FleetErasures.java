package io.unipin.serving.fleet;

import io.unipin.serving.erasure.ErasureLog;
import io.unipin.serving.erasure.ErasureReader;
import io.unipin.serving.erasure.ErasureReplay;
import io.unipin.serving.erasure.ErasureReplay.Unreadable;
import io.unipin.serving.erasure.ErasureSeal;
import io.unipin.serving.erasure.MadeErasures;
import io.unipin.serving.erasure.SharedErasures;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.user.ErasureSpread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads erasures over a fleet: writes this replica's erasures to the fleet's log, and applies the
 * erasures of other replicas. Thread-safe.
 */
public final class FleetErasures implements ErasureSpread, AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(FleetErasures.class);
  private static final long PAUSE_MS = 10;

  private final ErasureLog log;
  private final ErasureSeal seal;
  private final @Nullable Replicas replicas;
  private final FleetConfig config;
  private final long self = ThreadLocalRandom.current().nextLong();
  private volatile @Nullable ErasureReader reader;
  private volatile boolean closed;

  /**
   * @param replicas the register of replicas; null for a fleet without a register, whose replicas
   *     apply erasures without confirming them
   */
  FleetErasures(ErasureLog log, ErasureSeal seal, @Nullable Replicas replicas, FleetConfig config) {
    this.log = log;
    this.seal = seal;
    this.replicas = replicas;
    this.config = config;
  }

  /**
   * The stores of a replica.
   *
   * @param made the erasures that the replica has applied
   * @param eraser erases a user from this replica alone
   * @param shared returns the erasures that are complete in the stores that all replicas share. Its
   *     argument is the name of the log of erasures.
   * @param empty whether the replica has no data of users from an earlier run
   */
  public record Stores(
      MadeErasures made,
      ErasureReader.Eraser eraser,
      Function<String, SharedErasures> shared,
      boolean empty) {}

  /**
   * Applies the erasures that this replica has missed. From then on, also applies the erasures of
   * other replicas. A replica without data of its own begins at the positions of the shared stores.
   * Unless the settings say otherwise, this method returns only when every erasure could be read.
   */
  public void follow(Stores stores) {
    SharedErasures shared = stores.shared().apply(log.name());
    if (stores.empty() && stores.made().isNew()) {
      stores.made().begin(shared.points());
    }
    ErasureReader made =
        new ErasureReader(seal, self, stores.made(), stores.eraser(), this::confirm, shared);
    reader = made;
    if (!log.follow(made, stores.made())) {
      logger.warn("erasures of other replicas can't be read now; they are made once they can be");
    } else if (waits()) {
      logger.error(
          "this replica serves once it can read {} erasures: add their secrets to"
              + " security.secretFile, or set fleet.unreadableErasures to PASS",
          made.unreadable());
      awaitSecrets();
    }
  }

  private void awaitSecrets() {
    boolean goesOn = true;
    while (goesOn && waits() && !closed) {
      goesOn = pause();
    }
  }

  private boolean waits() {
    return config.unreadableErasures() == Unreadable.WAIT && unreadable() > 0;
  }

  /**
   * Returns the number of erasures that this replica has not applied because it can't read them.
   */
  public int unreadable() {
    ErasureReader following = reader;
    return following == null ? 0 : following.unreadable();
  }

  /**
   * Returns the number of erasures that a store of this replica could not make at the last try.
   */
  public int failed() {
    ErasureReader following = reader;
    return following == null ? 0 : following.failed();
  }

  private void confirm(String name, boolean existed) {
    if (replicas != null) {
      replicas.confirm(name, existed);
    }
  }

  /**
   * Passes all erasures of the fleet to an eraser, without confirming them.
   *
   * @throws ServingException UNAVAILABLE when the erasures can't be read now, INVALID when the
   *     secret of an erasure is missing
   */
  public void apply(ErasureReader.Eraser eraser) {
    log.readAll(
        new ErasureReplay(
            seal,
            config.unreadableErasures(),
            (logged, erased) -> eraser.erase(erased.user().orElseThrow(), erased.timeMs())));
  }

  /**
   * Whether this replica has applied all erasures that were in the log when it started. An erasure
   * that can't be read counts as not applied, unless the settings say that the replica goes on
   * without it.
   */
  public boolean isRead() {
    return log.isRead() && !waits();
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
    long end = System.nanoTime() + config.patience().toNanos();
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

  /**
   * Returns the names of the other replicas that have not confirmed the erasure, and that are live
   * or may come back.
   */
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

  /** Stops applying the erasures of other replicas. Idempotent. */
  @Override
  public void close() {
    closed = true;
    log.close();
  }
}
