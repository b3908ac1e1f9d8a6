package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreRankSummaryTest {
  private static JsonNode seed(String candidates, double ndcg) throws IOException {
    return new ObjectMapper()
        .readTree(
            """
            {"over_fetch": 5, "follows": 0, "candidates": %s, "candidates_without": 100,
             "page_ndcg10_without": %s, "weights": {"similarity": %s},
             "pages": [{"scored": 10, "page_ndcg10": %s, "page_hr10": 0.5,
                        "page_ndcg10_without": 0.25, "page_hr10_without": 0.25}]}
            """
                .formatted(candidates, ndcg, ndcg, ndcg));
  }

  @Test
  void of_seeds_hasMeanAndSpreadOfEveryFigure() throws IOException {
    ObjectNode summary = PreRankSummary.of(List.of(seed("40", 0.1), seed("60", 0.3))).orElseThrow();
    assertThat(summary.get("over_fetch").asInt()).isEqualTo(5);
    assertThat(summary.at("/candidates/mean").asDouble()).isEqualTo(50);
    assertThat(summary.at("/candidates/spread").asDouble()).isCloseTo(Math.sqrt(200), within(1e-9));
    assertThat(summary.at("/page_ndcg10_without/mean").asDouble()).isCloseTo(0.2, within(1e-9));
    assertThat(summary.at("/pages/0/scored").asInt()).isEqualTo(10);
    assertThat(summary.at("/pages/0/page_ndcg10/mean").asDouble()).isCloseTo(0.2, within(1e-9));
    assertThat(summary.at("/weights/1/similarity").asDouble()).isEqualTo(0.3);
  }

  @Test
  void of_seedThatDidNotReachTheGoal_hasNoMean() throws IOException {
    ObjectNode summary =
        PreRankSummary.of(List.of(seed("40", 0.1), seed("null", 0.3))).orElseThrow();
    assertThat(summary.at("/candidates/mean").isNull()).isTrue();
    assertThat(summary.at("/candidates_without/mean").asDouble()).isEqualTo(100);
  }

  @Test
  void of_seedsWithoutTheStudy_isEmpty() {
    assertThat(PreRankSummary.of(List.of(MissingNode.getInstance()))).isEmpty();
  }
}
