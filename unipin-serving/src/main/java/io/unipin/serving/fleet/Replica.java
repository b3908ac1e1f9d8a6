package io.unipin.serving.fleet;

import java.util.List;
import java.util.Map;

/**
 * A replica of the fleet, as another one sees it.
 *
 * @param seenMs last sign of life, in milliseconds since 1970 by the clock of Redis
 * @param versions versions of what the replica serves, by their names
 * @param differences where these are not those of the replica that looks, in words
 */
public record Replica(
    String name,
    String address,
    State state,
    long seenMs,
    Map<String, String> versions,
    List<String> differences) {

  /** Whether a replica is there. */
  public enum State {
    /** Gave a sign of life within its lease. */
    LIVE,
    /** Has ended in good order. */
    STOPPED,
    /** Gave no sign of life within its lease, but within seven days. */
    AWAY,
    /** Gave no sign of life for seven days. */
    UNSEEN
  }

  public Replica {
    versions = Map.copyOf(versions);
    differences = List.copyOf(differences);
  }
}
