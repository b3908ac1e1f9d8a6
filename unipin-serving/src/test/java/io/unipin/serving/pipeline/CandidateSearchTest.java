package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CandidateSearchTest {
  private static final List<String> ACTIONS = List.of("click", "save", "hide");

  @Test
  void mix_anyWeights_addsUpToOne() {
    assertThat(CandidateSearch.mix(Map.of("save", 1f, "click", 1f), ACTIONS))
        .containsExactly(.5f, .5f, 0);
    assertThat(CandidateSearch.mix(Map.of("save", 0.25f), ACTIONS)).containsExactly(0, 1, 0);
  }

  @Test
  void mix_nothingAskedFor_isAllZeros() {
    assertThat(CandidateSearch.mix(Map.of(), ACTIONS)).containsExactly(0, 0, 0);
    assertThat(CandidateSearch.mix(Map.of("save", 0f), ACTIONS)).containsExactly(0, 0, 0);
  }
}
