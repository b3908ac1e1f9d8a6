package io.unipin.benchmarks.quality;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A data set on which models are judged by items that their training did not know. Two recipes are
 * compared: the data set's own, without attributes of items, and one with settings that should help
 * with such items.
 */
enum ColdStudy {
  BEAUTY("beauty", "amazon-beauty", Map.of("evaluation.withheld", "0.1"), Map.of(), true),
  BEAUTY_BY_TIME(
      "beauty-by-time",
      "amazon-beauty",
      Map.of("evaluation.protocol", "time-split"),
      Map.of(),
      false),
  SIMULATOR(
      "simulator",
      "simulator",
      Map.of("evaluation.withheld", "0.1", "model.attributes.buckets", "0"),
      Map.of("model.attributes.buckets", "1024"),
      true),
  KUAIRAND(
      "kuairand",
      "kuairand-pure",
      Map.of("evaluation.withheld", "0.1"),
      Map.of(
          "training.candidateUnknown",
          "0.1",
          "model.attributes.buckets",
          "4096",
          "model.attributes.columns",
          "[attributes]"),
      true),
  ML_100K("ml-100k", "ml-100k", Map.of("evaluation.withheld", "0.1"), Map.of(), true);

  private static final Map<String, String> HELPS =
      Map.of("training.unseenClasses", "false", "training.idDropout", "0.1");

  private final String key;
  private final String data;

  @SuppressWarnings("ImmutableEnumChecker") // Map.of makes an immutable map
  private final Map<String, String> split;

  @SuppressWarnings("ImmutableEnumChecker") // Map.of makes an immutable map
  private final Map<String, String> more;

  private final boolean comparesOwn;

  /**
   * Creates a study.
   *
   * @param key name in figures and options
   * @param data name of the data set
   * @param split changes of the recipe that make some items unknown to training
   * @param more settings that should help on this data set, in addition to {@link #HELPS}
   * @param comparesOwn whether the data set's own recipe is trained, too
   */
  ColdStudy(
      String key,
      String data,
      Map<String, String> split,
      Map<String, String> more,
      boolean comparesOwn) {
    this.key = key;
    this.data = data;
    this.split = split;
    this.more = more;
    this.comparesOwn = comparesOwn;
  }

  /**
   * Returns the study of a name.
   *
   * @throws IllegalArgumentException if there is no such study
   */
  static ColdStudy of(String name) {
    return Arrays.stream(values())
        .filter(study -> study.key.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "one of %s expected, got %s".formatted(names(), name)));
  }

  static List<String> names() {
    return Arrays.stream(values()).map(ColdStudy::key).toList();
  }

  String key() {
    return key;
  }

  String data() {
    return data;
  }

  boolean comparesOwn() {
    return comparesOwn;
  }

  /** Returns the changes of the data set's own recipe. */
  Map<String, String> own() {
    return split;
  }

  /** Returns the changes of the other recipe. {@code extra} has precedence. */
  Map<String, String> changed(Map<String, String> extra) {
    Map<String, String> changes = new LinkedHashMap<>(split);
    changes.putAll(HELPS);
    changes.putAll(more);
    changes.putAll(extra);
    return changes;
  }
}
