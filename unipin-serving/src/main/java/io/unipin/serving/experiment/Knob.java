package io.unipin.serving.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an arm may change, by the key of the setting. */
public enum Knob {
  BUNDLE("bundle"),
  CANDIDATES("retrieval.candidates"),
  BREADTH("retrieval.breadth"),
  OVER_FETCH("retrieval.overFetch"),
  UTILITY_WEIGHTS("ranking.utilityWeights"),
  PAGE_SIZE("page.size"),
  SLATE("slate");

  private final String key;

  Knob(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }

  /** The knob that a setting's key belongs to. */
  static Optional<Knob> of(String setting) {
    return Arrays.stream(values())
        .filter(knob -> setting.equals(knob.key) || setting.startsWith(knob.key + "."))
        .findFirst();
  }

  /** Keys that may stand below {@code settings}. */
  static List<String> settings() {
    return Arrays.stream(values()).filter(knob -> knob != BUNDLE).map(Knob::key).toList();
  }
}
