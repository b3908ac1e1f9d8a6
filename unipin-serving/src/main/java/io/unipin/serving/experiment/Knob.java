package io.unipin.serving.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A setting that an arm may change, named by its key in the configuration. */
public enum Knob {
  BUNDLE("bundle"),
  CANDIDATES("retrieval.candidates"),
  BREADTH("retrieval.breadth"),
  OVER_FETCH("retrieval.overFetch"),
  UTILITY_WEIGHTS("ranking.utilityWeights"),
  COUNTS("ranking.counts"),
  PAGE_SIZE("page.size"),
  SLATE("slate");

  private final String key;

  Knob(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }

  /** Returns the knob of a setting's key. */
  static Optional<Knob> of(String setting) {
    return Arrays.stream(values())
        .filter(knob -> setting.equals(knob.key) || setting.startsWith(knob.key + "."))
        .findFirst();
  }

  /** Returns the keys that are allowed below {@code settings}. */
  static List<String> settings() {
    return Arrays.stream(values()).filter(knob -> knob != BUNDLE).map(Knob::key).toList();
  }
}
