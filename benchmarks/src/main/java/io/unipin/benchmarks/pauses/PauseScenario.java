package io.unipin.benchmarks.pauses;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A disturbance of a server while users request pages.
 *
 * @param deadline deadline of every page
 * @param known whether the users' state is cached. If it is not cached, each page is for a new
 *     user, and the request contains the user's history.
 */
record PauseScenario(Disturbance disturbance, Duration deadline, boolean known) {
  private static final List<Duration> DEADLINES =
      List.of(Duration.ofMillis(100), Duration.ofMillis(150), Duration.ofMillis(200));

  /** Returns all combinations of disturbances, deadlines and kinds of users. */
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

  /** Returns a short list that contains each disturbance, each deadline and both kinds of users. */
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
   * The result of a scenario.
   *
   * @param peak maximum pages per second, measured by callers in a closed loop
   * @param pages number of pages that were requested in each of the two compared spans
   * @param before number of degraded or refused pages in the span before the disturbance
   * @param wholeAgainSeconds seconds from the end of the disturbance until pages are complete again
   * @param after number of degraded or refused pages in the span that begins five seconds after the
   *     disturbance
   * @param missing the pages that {@code after} counts, by what was missing from the page
   */
  record Outcome(
      PauseScenario scenario,
      double peak,
      long pages,
      long before,
      double wholeAgainSeconds,
      long after,
      Map<String, Long> missing) {
    /**
     * Returns how many more pages were degraded or refused after the disturbance than before it.
     */
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
