package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedSummaryTest {
  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  private static JsonNode evaluation(double hr10, double auc) throws JsonProcessingException {
    return json(
        """
        {'hr10': %s, 'ndcg10': 0.1, 'popularity_hr10': 0.04, 'auc': {'like': %s, 'hide': null},
         'bias_auc': {'like': 0.7, 'hide': null}, 'slate_mrr': {'like': null, 'hide': null},
         'auc_over_bias': {'like': {'difference': 0.1, 'lower': 0.05, 'upper': 0.2}, 'hide': {'difference': null}}}
        """
            .formatted(hr10, auc));
  }

  @Test
  void of_threeSeeds_hasMeanAndSampleDeviation() throws JsonProcessingException {
    List<JsonNode> trainings =
        List.of(json("{'seconds': 60}"), json("{'seconds': 120}"), json("{'seconds': 180}"));
    List<JsonNode> evaluations =
        List.of(evaluation(0.1, 0.8), evaluation(0.2, 0.8), evaluation(0.3, 0.8));
    JsonNode results = new SeedSummary(trainings, evaluations).of("like");
    assertThat(results.at("/hr10/mean").asDouble()).isCloseTo(0.2, within(1e-12));
    assertThat(results.at("/hr10/spread").asDouble()).isCloseTo(0.1, within(1e-12));
    assertThat(results.at("/auc/mean").asDouble()).isCloseTo(0.8, within(1e-12));
    assertThat(results.at("/bias_auc/spread").asDouble()).isCloseTo(0, within(1e-12));
    assertThat(results.at("/train_minutes/mean").asDouble()).isCloseTo(2, within(1e-12));
    assertThat(results.get("seeds").asInt()).isEqualTo(3);
    assertThat(results.get("auc_over_bias").size()).isEqualTo(3);
    assertThat(results.at("/actions/like/auc/mean").asDouble()).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void of_pagesAndCounts_areCombinedByAction() throws JsonProcessingException {
    List<JsonNode> evaluations = List.of(counted(0.60, 0.20), counted(0.64, 0.24));
    List<JsonNode> trainings = List.of(json("{'seconds': 60}"), json("{'seconds': 60}"));
    JsonNode results = new SeedSummary(trainings, evaluations).of("click");
    assertThat(results.at("/page_ndcg10/mean").asDouble()).isCloseTo(0.22, within(1e-12));
    assertThat(results.at("/page_over_retrieval/ndcg10").size()).isEqualTo(2);
    assertThat(results.at("/gauc_by_action/click/mean").asDouble()).isCloseTo(0.62, within(1e-12));
    assertThat(results.at("/gauc_by_action/view/mean").asDouble()).isCloseTo(0.72, within(1e-12));
    assertThat(results.at("/gauc/mean").asDouble())
        .as("the benchmark's action")
        .isCloseTo(0.62, within(1e-12));
    assertThat(results.at("/counts/gauc_by_action/view/mean").asDouble()).isEqualTo(0.649);
    assertThat(results.at("/counts/gauc_by_action/view/spread").asDouble()).isZero();
    assertThat(results.at("/counts/gauc_over_counts/click").size()).isEqualTo(2);
    assertThat(results.get("ties").asText()).isEqualTo("a rule");
  }

  @Test
  void of_modelsWithCounts_haveFiguresOfBothSides() throws JsonProcessingException {
    List<JsonNode> evaluations = List.of(withCounts("a", 0.70), withCounts("b", 0.74));
    List<JsonNode> trainings = List.of(json("{'seconds': 60}"), json("{'seconds': 60}"));
    JsonNode model = new SeedSummary(trainings, evaluations).of("click").at("/counts/model");
    assertThat(model.at("/generations/1").asText()).isEqualTo("b");
    assertThat(model.at("/auc_by_action/click/with/mean").asDouble())
        .isCloseTo(0.72, within(1e-12));
    assertThat(model.at("/auc_by_action/click/without/mean").asDouble()).isEqualTo(0.6);
    assertThat(model.at("/gauc_over_without/click").size()).isEqualTo(2);
    assertThat(model.at("/gauc_over_without/click/0/lower").asDouble()).isEqualTo(0.01);
  }

  private static JsonNode withCounts(String generation, double auc) throws JsonProcessingException {
    return json(
        """
        {'auc': {'click': %s}, 'counts': {'generation': '%s',
         'auc_by_action': {'click': {'without': 0.6, 'with': %s}},
         'gauc_over_without': {'click': {'difference': 0.1, 'lower': 0.01, 'upper': 1}}}}
        """
            .formatted(auc, generation, auc));
  }

  private static JsonNode counted(double gauc, double ndcg) throws JsonProcessingException {
    return json(
        """
        {'auc': {'click': 0.7}, 'gauc': {'click': %s, 'view': %s}, 'page_ndcg10': %s, 'ties': 'a rule',
         'page_over_retrieval': {'hr10': {'difference': 0}, 'ndcg10': {'difference': 0}},
         'counts_gauc': {'click': 0.633, 'view': 0.649},
         'gauc_over_counts': {'click': {'difference': 0.1, 'lower': 0, 'upper': 1}}}
        """
            .formatted(gauc, gauc + 0.1, ndcg));
  }

  @Test
  void of_seedsOfAnEarlierVersion_haveNoPagesAndCounts() throws JsonProcessingException {
    JsonNode results =
        new SeedSummary(List.of(json("{'seconds': 60}")), List.of(evaluation(0.1, 0.8))).of("like");
    assertThat(results.at("/page_ndcg10/mean").isNull()).isTrue();
    assertThat(results.at("/counts/gauc_by_action").isEmpty()).isTrue();
    assertThat(results.at("/page_over_retrieval/ndcg10").isEmpty()).isTrue();
    assertThat(results.has("ties")).isFalse();
  }

  @Test
  void of_figureWithoutLabels_isNull() throws JsonProcessingException {
    JsonNode results =
        new SeedSummary(List.of(json("{'seconds': 60}")), List.of(evaluation(0.1, 0.8))).of("hide");
    for (String key : List.of("auc", "bias_auc", "mrr", "ece")) {
      assertThat(results.at("/" + key + "/mean").isNull()).as(key).isTrue();
      assertThat(results.at("/" + key + "/spread").isNull()).as(key).isTrue();
    }
    assertThat(results.at("/hr10/mean").asDouble()).isEqualTo(0.1);
    assertThat(results.at("/hr10/spread").isNull()).isTrue();
  }
}
