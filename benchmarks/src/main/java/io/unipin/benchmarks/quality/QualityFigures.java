package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What {@code bench quality} publishes about our model: the figures of all its seeds. */
final class QualityFigures {
  private static final String REFRESHED = "counts_refreshed_daily";

  private QualityFigures() {}

  /**
   * Returns the figures of all seeds. The ranking figures at the top level belong to {@code
   * action}.
   */
  static ObjectNode of(List<SeedRuns.Seed> seeds, String action) {
    List<JsonNode> trainings = seeds.stream().map(SeedRuns.Seed::training).toList();
    List<JsonNode> evaluations = seeds.stream().map(SeedRuns.Seed::evaluation).toList();
    ObjectNode results = new SeedSummary(trainings, evaluations).of(action);
    ArrayNode calibrations = results.putArray("calibration");
    measured(seeds, "calibration").forEach(calibrations::add);
    SliceSummary.of(measured(seeds, "slices")).ifPresent(slices -> results.set("slices", slices));
    PreRankSummary.of(measured(seeds, "prerank"))
        .ifPresent(preRank -> results.set("prerank", preRank));
    List<JsonNode> refreshed = measured(seeds, REFRESHED);
    if (refreshed.stream().allMatch(JsonNode::isObject)) {
      results.set(REFRESHED, RivalSummary.combined(refreshed));
    }
    return results;
  }

  private static List<JsonNode> measured(List<SeedRuns.Seed> seeds, String key) {
    return seeds.stream().<JsonNode>map(seed -> seed.measured().path(key)).toList();
  }
}
