package io.unipin.serving.history;

import io.unipin.serving.erasure.SharedErasures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The users' newest actions and the total number of their actions.
 *
 * <p>An action is stored with its item id and names, so it stays valid across bundles. Records and
 * retractions may arrive in any order and repeatedly. {@link UserRecord} states the bounds. Once a
 * call that changes a history has returned, every later read counts the change.
 *
 * <p>Every implementation gives the same histories. Calls throw
 * {@link io.unipin.serving.failure.ServingException}: UNAVAILABLE when the store is unavailable or
 * closed. Thread-safe.
 */
public interface HistoryStore extends AutoCloseable {
  /** Opens the store on the local disk, or creates an empty one. */
  static HistoryStore open(HistoryConfig config) {
    return DiskHistories.open(config);
  }

  /**
   * Opens an existing store on the local disk to read it. A server may change the store meanwhile,
   * but the reader does not see these changes.
   */
  static HistoryStore openForReading(HistoryConfig config) {
    return DiskHistories.openForReading(config);
  }

  /** Returns the current history of a user. The history of an unknown user is empty. */
  UserHistory read(String user);

  /**
   * Returns the history of a user for a page. If the store is unavailable, the view may hold an
   * older history or an empty history. The view says so.
   *
   * @param patience longest time to wait for the store
   */
  default HistoryView view(String user, Duration patience) {
    return HistoryView.present(read(user));
  }

  /**
   * Records or corrects events of a user: either all of the given events or none. An event that
   * arrives late is ordered by its time.
   */
  default AppendResult append(String user, List<ActionEvent> events) {
    return append(user, events, KnownErasure.ANY).orElseThrow();
  }

  /**
   * Records events as {@link #append(String, List)} does, unless the user was erased after
   * {@code known}. The check and the change are one step. So an erasure either prevents the change,
   * or also erases the events that the change recorded.
   *
   * @param known the result of {@link #erasure} from before the caller chose the events
   * @return empty if the user was erased since then, or if {@code known} is some minutes old; the
   *     caller then calls {@link #erasure} again
   */
  Optional<AppendResult> append(String user, List<ActionEvent> events, KnownErasure known);

  /**
   * Retracts events of a user: either all of the given events or none. The retraction covers every
   * record whose revision is at most {@code revision}, even if the record arrives later.
   */
  default RetractResult retract(String user, List<String> eventIds, long revision) {
    return retract(user, eventIds, revision, KnownErasure.ANY).orElseThrow();
  }

  /** Retracts events, unless the user was erased after {@code known}. See {@link #append}. */
  Optional<RetractResult> retract(
      String user, List<String> eventIds, long revision, KnownErasure known);

  /**
   * Erases a user from the store, and leaves a mark of the erasure.
   *
   * @return whether the store held data of the user
   */
  default boolean erase(String user) {
    return erase(user, System.currentTimeMillis());
  }

  /**
   * Erases a user as {@link #erase(String)} does.
   *
   * @param timeMs time of the erasure in milliseconds since 1970
   */
  default boolean erase(String user, long timeMs) {
    // The mark comes first: if the deletion then fails, the mark says that the deletion is still
    // due.
    byte[] key = HistoryKeys.user(user);
    archive().mark(archive().markOf(key, timeMs));
    return archive().forget(key);
  }

  /**
   * Applies an erasure that another server began, unless it is applied already. An erasure is
   * applied if the store has its mark, and the user's history has no action from before the
   * erasure.
   *
   * @param timeMs time of the erasure in milliseconds since 1970
   * @return whether this call removed data of the user
   */
  default boolean eraseFor(String user, long timeMs) {
    OptionalLong known = erasedMs(user);
    boolean marked = known.isPresent() && known.getAsLong() >= timeMs;
    // A server that was killed may have set the mark without deleting the history.
    boolean made =
        marked && read(user).newest().stream().noneMatch(action -> action.timeMs() <= timeMs);
    return !made && erase(user, timeMs);
  }

  /** Erases a user unless the store already has an erasure of the user at this time or later. */
  default boolean eraseUnlessErased(String user, long timeMs) {
    OptionalLong known = erasedMs(user);
    return (known.isEmpty() || known.getAsLong() < timeMs) && erase(user, timeMs);
  }

  /** Whether a change waits for another machine. */
  default boolean isRemote() {
    return false;
  }

  /**
   * Returns the state of the erasures in this store, if several servers share the store.
   *
   * @param log name of the log from which the servers read erasures
   */
  default SharedErasures sharedErasures(String log) {
    return SharedErasures.NONE;
  }

  /**
   * Makes the store rewrite its files after an erasure, if the store keeps files that need a
   * rewrite.
   */
  default LogRewrite rewriteLogs() {
    return LogRewrite.NONE;
  }

  /** Returns the user's last erasure, for a change that depends on it. */
  default KnownErasure erasure(String user) {
    return new KnownErasure(erasedMs(user).orElse(KnownErasure.NEVER), 0);
  }

  /** Returns the time of the user's last erasure, in milliseconds since 1970. */
  default OptionalLong erasedMs(String user) {
    return archive().markedMs(archive().markOf(HistoryKeys.user(user), 0));
  }

  /** Returns the histories of at most {@code count} users, without their ids. */
  List<UserHistory> sample(int count);

  /**
   * Returns the store's secret: random bytes that stay the same across restarts, for all servers
   * that share the store. A server signs page cursors with these bytes.
   */
  default byte[] secret() {
    return archive().secret();
  }

  /** Returns access to all records, marks and the secret of the store, for copies and backups. */
  HistoryArchive archive();

  /** Returns the numbers of reads since the start. */
  HistoryReads reads();

  /**
   * A switch that refuses calls at once while the store is unavailable.
   *
   * @param name name in metrics
   * @param open whether the breaker currently treats the store as unavailable
   * @param opened number of times since the start that the breaker began to treat the store as
   *     unavailable
   * @param refused calls that were refused since the start
   */
  record Breaker(String name, boolean open, long opened, long refused) {}

  /**
   * Returns the current state of the store's breakers, always in the same order. A store on the
   * local disk has none.
   */
  default List<Breaker> breakers() {
    return List.of();
  }

  /** Waits for running calls and closes the store. Idempotent. */
  @Override
  void close();
}
