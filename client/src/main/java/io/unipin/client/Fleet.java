package io.unipin.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The replicas of a fleet, and the choice among them.
 *
 * <p>A call goes to the first replica in its user's order ({@link ReplicaOrder}) that takes calls
 * and has room. Let n be the number of replicas that take calls. Let f be the number of this
 * client's calls in flight at these replicas. A replica has room while it has fewer than ⌈1.25 · (f
 * + 1) / n⌉ of these calls. This is consistent hashing with bounded loads (Mirrokni, Thorup and
 * Zadimoghaddam, 2018, <a href="https://arxiv.org/abs/1608.01350">arXiv:1608.01350</a>).
 * Thread-safe.
 */
final class Fleet implements AutoCloseable {
  private final Function<String, Replica> connect;

  @GuardedBy("this")
  private final Map<String, Replica> replicas = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean closed;

  /** Creates a fleet without replicas. {@code connect} opens the replica of a name. */
  Fleet(Function<String, Replica> connect) {
    this.connect = connect;
  }

  /**
   * Retires the replicas that are no longer named, and connects to new replicas. If one can't be
   * connected to, connects to the others and throws; another call with the same names tries again.
   */
  synchronized void update(Collection<String> names) {
    if (closed) {
      return;
    }
    Map<String, Replica> gone = new HashMap<>(replicas);
    names.forEach(gone::remove);
    for (Replica replica : gone.values()) {
      replicas.remove(replica.name());
      replica.retire();
    }
    RuntimeException failure = null;
    for (String name : names) {
      try {
        replicas.computeIfAbsent(name, connect);
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  synchronized List<Replica> replicas() {
    return List.copyOf(replicas.values());
  }

  synchronized int size() {
    return replicas.size();
  }

  /**
   * The replica of one attempt.
   *
   * @param isFirst whether this replica is the user's first choice among all replicas, including
   *     those that take no calls
   */
  record Choice(Replica replica, boolean isFirst) {}

  /**
   * Chooses a replica for a call and counts the call as begun. The caller must report the end of
   * the call.
   *
   * @param tried names of the replicas that must not be chosen
   * @return empty if all replicas were tried
   */
  synchronized Optional<Choice> begin(String user, Set<String> tried) {
    List<String> order = ReplicaOrder.of(user, replicas.keySet());
    return chosen(order, tried)
        .map(
            replica -> {
              replica.began();
              return new Choice(replica, order.get(0).equals(replica.name()));
            });
  }

  @GuardedBy("this")
  private Optional<Replica> chosen(List<String> order, Set<String> tried) {
    List<Replica> open = new ArrayList<>();
    int inFlight = 0;
    for (Replica replica : replicas.values()) {
      if (replica.takesCalls()) {
        open.add(replica);
        inFlight += replica.inFlight();
      }
    }
    int room = room(inFlight, Math.max(1, open.size()));
    Replica first = null;
    Replica closedOne = null;
    for (String name : order) {
      Replica replica = replicas.get(name);
      if (replica == null || tried.contains(name)) {
        continue;
      }
      if (!open.contains(replica)) {
        closedOne = closedOne == null ? replica : closedOne;
      } else if (replica.inFlight() < room) {
        return Optional.of(replica);
      } else if (first == null) {
        first = replica;
      }
    }
    // If no replica has room, chooses one without room. Chooses a replica even if no replica takes
    // calls.
    return Optional.ofNullable(first == null ? closedOne : first);
  }

  /** Returns a bound. A replica has room while it has fewer calls in flight than this bound. */
  static int room(int inFlight, int replicas) {
    long quarters = 5L * (inFlight + 1L);
    return (int) ((quarters + 4L * replicas - 1) / (4L * replicas));
  }

  @Override
  public synchronized void close() {
    closed = true;
    replicas.values().forEach(Replica::close);
    replicas.clear();
  }
}
