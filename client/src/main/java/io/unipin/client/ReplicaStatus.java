package io.unipin.client;

/**
 * A replica as one client sees it.
 *
 * @param name the replica's name, by which users are spread over the replicas
 * @param inFlight number of this client's calls that the replica has not answered yet
 * @param calls number of this client's calls so far, repeated ones included
 */
public record ReplicaStatus(String name, State state, int inFlight, long calls) {
  /** Whether a replica takes calls. */
  public enum State {
    /** The replica has not told its health yet. Calls are sent to it. */
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
