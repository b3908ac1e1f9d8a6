package io.unipin.serving.settings;

import java.util.Map;
import java.util.Optional;

/** Settings that servers once had, so that a file that still has them is told what to do. */
final class RetiredSettings {
  private static final Map<String, String> ADVICE =
      Map.of(
          "ranking.bundle",
          "no setting any more: one model retrieves and ranks; ./unipin bench headline compares it with two",
          "ranking.dense",
          "no setting any more: candidates are scored from keys and values; ./unipin bench headline compares"
              + " that with a dense pass");

  private RetiredSettings() {}

  /** Returns what to say of a setting that is no more. */
  static Optional<String> advice(String key) {
    return Optional.ofNullable(ADVICE.get(key));
  }
}
