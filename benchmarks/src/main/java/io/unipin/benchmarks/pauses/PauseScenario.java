package io.unipin.benchmarks.pauses;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server that is disturbed while users ask for pages.
 *
 * @param deadline of every page
 * @param known whether the users' state is cached; otherwise every page is of a user that nobody has seen, who brings a history
 */
record PauseScenario(Disturbance disturbance, Duration deadline, boolean known) {
  private static final List<Duration> DEADLINES =
      List.of(Duration.ofMillis(100), Duration.ofMillis(150), Duration.ofMillis(200));

  /** Every disturbance under every deadline, for both kinds of users. */
  static List<PauseScenario> all() {
    List<PauseScenario> all = new ArrayList<>();
    for (Disturbance disturbance : Disturbance.values()) {
      for (Duration deadline : DEADLINES) {
        all.add(new PauseScenario(disturbance, deadline, true));
        all.add(new PauseScenario(disturbance, deadline, false));
      }
    }
    return all;
  }

  /** Every disturbance, every deadline and both kinds of users at least once. */
  static List<PauseScenario> few() {
    return List.of(
        new PauseScenario(Disturbance.PAUSE_15, DEADLINES.get(1), false),
        new PauseScenario(Disturbance.PAUSE_15, DEADLINES.get(1), true),
        new PauseScenario(Disturbance.PAUSE_5, DEADLINES.get(2), false),
        new PauseScenario(Disturbance.PAUSE_1, DEADLINES.get(0), false),
        new PauseScenario(Disturbance.THIEF_10, DEADLINES.get(0), false),
        new PauseScenario(Disturbance.THIEF_10, DEADLINES.get(2), true));
  }

  String users() {
    return known ? "cached" : "new";
  }

  /**
   * What a scenario came to.
   *
   * @param peak pages per second that callers in a closed loop get at most
   * @param pages asked for in each of the two spans that are compared
   * @param before pages of the span before the disturbance that were degraded or refused
   * @param wholeAgainSeconds from the end of the disturbance
   * @param after the same as before, from five seconds after the disturbance on
   * @param missing what those pages lacked
   */
  record Outcome(
      PauseScenario scenario,
      double peak,
      long pages,
      long before,
      double wholeAgainSeconds,
      long after,
      Map<String, Long> missing) {
    /** Pages that the disturbance cost when it was long over. */
    long degradedAfter() {
      return Math.max(0, after - before);
    }

    Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("disturbance", scenario.disturbance().label());
      json.put("deadline_ms", scenario.deadline().toMillis());
      json.put("users", scenario.users());
      json.put("peak_pages_per_second", peak);
      json.put("pages", pages);
      json.put("degraded_or_refused_before", before);
      json.put("whole_again_s", wholeAgainSeconds);
      json.put("degraded_or_refused_after", after);
      json.put("degraded_after", degradedAfter());
      json.put("kinds_after", missing);
      return json;
    }
  }
}
