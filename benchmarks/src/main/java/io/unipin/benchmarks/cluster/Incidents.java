package io.unipin.benchmarks.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The incidents that a scene caused in a fleet, and the calls that failed after each incident. Not
 * thread-safe.
 */
final class Incidents {
  /** Largest number of failures that are listed one by one. */
  private static final int MOST = 200;

  private final List<Incident> incidents = new ArrayList<>();

  private record Incident(String what, long atNanos) {}

  /** Notes an incident that happens now, such as {@code replica killed}. */
  void now(String what) {
    incidents.add(new Incident(what, System.nanoTime()));
  }

  /**
   * Returns the calls that failed, oldest first. Each call comes with the last incident before the
   * call began, and the seconds since this incident.
   */
  List<Map<String, Object>> failures(FleetNotes notes) {
    return notes.failures().stream().limit(MOST).map(this::described).toList();
  }

  private Map<String, Object> described(CallFailure failure) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("call", failure.call());
    described.put("reason", failure.reason());
    described.put("ms", Math.round(failure.millis()));
    Incident last = null;
    for (Incident each : incidents) {
      if (failure.atNanos() - each.atNanos >= 0) {
        last = each;
      }
    }
    if (last != null) {
      described.put("after", last.what);
      double seconds = (failure.atNanos() - last.atNanos) / 1e9;
      described.put("seconds", Math.round(100 * seconds) / 100.0);
    }
    return described;
  }
}
