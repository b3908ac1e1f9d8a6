package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class RivalSummaryTest {
  private static JsonNode seed(double hr10, double auc) throws JsonProcessingException {
    String text =
        """
        {'rivals': {'hstu': {'hr10': %s, 'epochs': 4, 'ours_minus_rival': {'hr10': {'difference': 0.1, 'lower': 0, 'upper': 1}}},
                    'din': {'auc': {'like': %s, 'hide': null}}},
         'pair': {'retriever': 'hstu', 'ranker': 'din', 'page_ndcg10': %s, 'ours_minus_pair': {'difference': 0.2}}}
        """
            .formatted(hr10, auc, hr10);
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  @Test
  void of_twoSeeds_hasMeansSpreadsAndAllDifferences() throws JsonProcessingException {
    JsonNode results = RivalSummary.of(List.of(seed(0.2, 0.7), seed(0.3, 0.8)));
    assertThat(results.at("/rivals/hstu/hr10/mean").asDouble()).isCloseTo(0.25, within(1e-12));
    assertThat(results.at("/rivals/hstu/hr10/spread").asDouble())
        .isCloseTo(0.1 / Math.sqrt(2), within(1e-12));
    assertThat(results.at("/rivals/hstu/seeds").asInt()).isEqualTo(2);
    assertThat(results.at("/rivals/hstu/ours_minus_rival/hr10").size()).isEqualTo(2);
    assertThat(results.at("/rivals/din/auc/like/mean").asDouble()).isCloseTo(0.75, within(1e-12));
    assertThat(results.at("/rivals/din/auc/hide/mean").isNull()).isTrue();
    assertThat(results.at("/pair/page_ndcg10/mean").asDouble()).isCloseTo(0.25, within(1e-12));
    assertThat(results.at("/pair/retriever").toString()).isEqualTo("[\"hstu\",\"hstu\"]");
    assertThat(results.at("/pair/ours_minus_pair").size()).isEqualTo(2);
  }

  @Test
  void of_oneSeed_hasNoSpread() throws JsonProcessingException {
    JsonNode results = RivalSummary.of(List.of(seed(0.2, 0.7)));
    assertThat(results.at("/rivals/hstu/hr10/spread").isNull()).isTrue();
    assertThat(results.at("/rivals/hstu/seeds").asInt()).isEqualTo(1);
  }
}
