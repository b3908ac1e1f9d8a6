package io.unipin.serving.settings;

import java.util.Map;

/** Settings that earlier versions had. The error for such a setting says what to do instead. */
final class RetiredSettings {
  /** Advice for each setting that no longer exists, by the key of the setting. */
  static final Map<String, String> ADVICE =
      Map.of(
          "ranking.bundle",
          "no setting any more: one model retrieves and ranks; ./unipin bench headline compares it with two",
          "ranking.dense",
          "no setting any more: candidates are scored from keys and values; ./unipin bench headline compares"
              + " that with a dense pass");

  private RetiredSettings() {}
}
