package io.unipin.serving.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The replicas of a fleet, as one replica saw them last.
 *
 * @param self name of the replica that read the register; empty for a server that belongs to no
 *     fleet
 * @param reachable whether the register could be read
 * @param problem why the register could not be read; empty if it was read
 * @param replicas all replicas by name
 */
public record FleetView(String self, boolean reachable, String problem, List<Replica> replicas) {
  /** The view of a server that belongs to no fleet. */
  public static final FleetView NONE = new FleetView("", true, "", List.of());

  public FleetView {
    replicas = List.copyOf(replicas);
  }

  /** Returns the number of replicas in a state. */
  public long count(Replica.State state) {
    return replicas.stream().filter(replica -> replica.state() == state).count();
  }

  /**
   * Returns one line for each live replica whose versions differ from the versions of this replica.
   */
  public List<String> differing() {
    List<String> lines = new ArrayList<>();
    for (Replica replica : replicas) {
      if (replica.state() == Replica.State.LIVE && !replica.differences().isEmpty()) {
        lines.add(
            "replica %s differs: %s"
                .formatted(replica.name(), String.join(", ", replica.differences())));
      }
    }
    return lines;
  }

  /**
   * Returns the lines that an operator should read: about an unreachable register, and about
   * replicas whose versions differ.
   */
  public List<String> remarks() {
    List<String> lines = new ArrayList<>();
    if (!reachable) {
      lines.add(
          "fleet: the register of replicas can't be read, and erasures can't be confirmed: "
              + problem);
    }
    lines.addAll(differing());
    return lines;
  }

  /** Returns the differences between another replica's versions and this replica's versions. */
  static List<String> differences(Map<String, String> other, Map<String, String> own) {
    TreeSet<String> names = new TreeSet<>(own.keySet());
    names.addAll(other.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      if (!Objects.equals(other.get(name), own.get(name))) {
        differences.add(
            "%s %s, here %s"
                .formatted(name, other.getOrDefault(name, "none"), own.getOrDefault(name, "none")));
      }
    }
    return differences;
  }
}
