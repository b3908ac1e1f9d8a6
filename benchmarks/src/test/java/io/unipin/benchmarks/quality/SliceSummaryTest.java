package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class SliceSummaryTest {
  private static JsonNode slices(double hr10) throws JsonProcessingException {
    String text =
        """
        {'withheld': {'cold': {'targets': 7, 'hr10': %s, 'auc': {'like': null}}},
         'cold_over_content': {'hr10': {'difference': %s, 'lower': 0, 'upper': 1}},
         'rules': 'as they are'}
        """;
    return new ObjectMapper().readTree(text.formatted(hr10, hr10 / 2).replace('\'', '"'));
  }

  @Test
  void of_seeds_hasMeansSpreadsAndEveryDifference() throws JsonProcessingException {
    JsonNode summary =
        SliceSummary.of(List.of(slices(0.1), slices(0.2), slices(0.3))).orElseThrow();
    assertThat(summary.at("/withheld/cold/hr10/mean").asDouble()).isCloseTo(0.2, within(1e-12));
    assertThat(summary.at("/withheld/cold/hr10/spread").asDouble()).isCloseTo(0.1, within(1e-12));
    assertThat(summary.at("/withheld/cold/targets/mean").asInt()).isEqualTo(7);
    assertThat(summary.at("/withheld/cold/auc/like/mean").isNull()).isTrue();
    assertThat(summary.at("/cold_over_content/hr10")).hasSize(3);
    assertThat(summary.at("/cold_over_content/hr10/2/difference").asDouble()).isEqualTo(0.15);
    assertThat(summary.get("rules").asText()).isEqualTo("as they are");
  }

  @Test
  void of_seedThatAnEarlierVersionEvaluated_isEmpty() throws JsonProcessingException {
    assertThat(SliceSummary.of(List.of(slices(0.1), MissingNode.getInstance()))).isEmpty();
  }
}
