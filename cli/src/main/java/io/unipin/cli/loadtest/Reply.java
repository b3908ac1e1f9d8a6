package io.unipin.cli.loadtest;

import java.util.List;
import java.util.Map;

/**
 * A server's answer to a page request.
 *
 * @param failure kind of the failure; empty if the server returned a page
 * @param cursor cursor of the next page
 * @param items items of the page, best first
 * @param outcome cache outcome for the user's state, in lower case
 * @param stagesMs milliseconds per stage
 * @param degraded whether the server took a step of its degradation ladder
 */
public record Reply(
    String failure,
    String cursor,
    List<Long> items,
    String outcome,
    Map<String, Double> stagesMs,
    boolean degraded) {
  static Reply failed(String kind) {
    return new Reply(kind, "", List.of(), "", Map.of(), false);
  }

  boolean isFailure() {
    return !failure.isEmpty();
  }
}
