package io.unipin.serving.fleet;

import java.util.List;
import java.util.Map;

/**
 * A replica of the fleet, as another replica sees it.
 *
 * @param seenMs last sign of life, in milliseconds since 1970 by the clock of Redis
 * @param versions versions of the program, the settings and the bundles that the replica serves, by
 *     name
 * @param differences one text for each version that differs from the version at the replica that
 *     read the register
 */
public record Replica(
    String name,
    String address,
    State state,
    long seenMs,
    Map<String, String> versions,
    List<String> differences) {

  /** Whether a replica is alive. */
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
