package io.unipin.client;

/**
 * A replica as one client sees it.
 *
 * @param name the replica's name, by which users are spread over the replicas
 * @param inFlight number of this client's calls that the replica has not answered yet
 * @param calls number of this client's calls so far. A repeated call counts again.
 */
public record ReplicaStatus(String name, State state, int inFlight, long calls) {
  /** Whether a replica takes calls. */
  public enum State {
    /** The replica's health is not known yet. Calls are sent to the replica. */
    UNKNOWN,
    /** The replica serves. */
    SERVING,
    /** The replica says that it does not serve, for example because it stops. */
    DRAINING,
    /** The replica does not answer. */
    AWAY;

    boolean takesCalls() {
      return this == UNKNOWN || this == SERVING;
    }
  }
}
