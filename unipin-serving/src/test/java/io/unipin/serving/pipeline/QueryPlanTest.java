package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryPlanTest {
  private static final List<String> ACTIONS = List.of("click", "save", "hide");

  private static float[] mix(Map<String, Float> outcomes) {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, false, 0);
    return QueryPlan.of(config, outcomes, ACTIONS).mixes()[0];
  }

  @Test
  void mix_anyWeights_addsUpToOne() {
    assertThat(mix(Map.of("save", 1f, "click", 1f))).containsExactly(.5f, .5f, 0);
    assertThat(mix(Map.of("save", 0.25f))).containsExactly(0, 1, 0);
  }

  @Test
  void mix_nothingAskedFor_isAllZeros() {
    assertThat(mix(Map.of())).containsExactly(0, 0, 0);
    assertThat(mix(Map.of("save", 0f))).containsExactly(0, 0, 0);
  }

  @Test
  void plan_byDefault_isOneQueryForTheMix() {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, false, 0);
    QueryPlan plan = QueryPlan.of(config, Map.of("save", 3f, "click", 1f), ACTIONS);
    assertThat(plan.size()).isEqualTo(1);
    assertThat(plan.mixes()[0]).containsExactly(.25f, .75f, 0);
    assertThat(plan.offsets()).containsExactly(0);
  }

  @Test
  void plan_splitAndLookingAhead_sharesTheBudgetByTheWeights() {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, true, 1);
    QueryPlan plan = QueryPlan.of(config, Map.of("save", 3f, "click", 1f), ACTIONS);
    assertThat(plan.size()).isEqualTo(4);
    assertThat(plan.mixes()[0]).containsExactly(1, 0, 0);
    assertThat(plan.mixes()[3]).containsExactly(0, 1, 0);
    assertThat(plan.offsets()).containsExactly(0, 1, 0, 1);
    assertThat(plan.shares()).containsExactly(.125, .125, .375, .375);
  }

  @Test
  void plan_nothingAskedFor_looksAheadAllTheSame() {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, true, 2);
    QueryPlan plan = QueryPlan.of(config, Map.of(), ACTIONS);
    assertThat(List.of(plan.mixes())).allSatisfy(mix -> assertThat(mix).containsOnly(0));
    assertThat(plan.offsets()).containsExactly(0, 1, 2);
  }
}
