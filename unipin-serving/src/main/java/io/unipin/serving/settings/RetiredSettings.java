package io.unipin.serving.settings;

import java.util.Map;

/** Settings that servers once had, so that a file that still has them is told what to do. */
final class RetiredSettings {
  /** What to say of a setting that is no more, by its key. */
  static final Map<String, String> ADVICE =
      Map.of(
          "ranking.bundle",
          "no setting any more: one model retrieves and ranks; ./unipin bench headline compares it with two",
          "ranking.dense",
          "no setting any more: candidates are scored from keys and values; ./unipin bench headline compares"
              + " that with a dense pass");

  private RetiredSettings() {}
}
