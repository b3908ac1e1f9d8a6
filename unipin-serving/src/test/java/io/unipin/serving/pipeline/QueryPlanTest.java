package io.unipin.serving.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.model.features.TargetOffsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QueryPlanTest {
  private static final List<String> ACTIONS = List.of("click", "save", "hide");

  private static QueryPlan plan(boolean splitOutcomes, int lookAhead, Map<String, Float> outcomes) {
    return QueryPlan.of(
        new RetrievalConfig(100, 0, 1, splitOutcomes, lookAhead, 0, 0), outcomes, ACTIONS);
  }

  @Test
  void of_oneQuery_isTheMixOfAllOutcomes() {
    QueryPlan plan = plan(false, 0, Map.of("click", 1f, "hide", 3f));
    assertThat(plan.size()).isEqualTo(1);
    assertThat(plan.mixes()).isDeepEqualTo(new float[][] {{0.25f, 0, 0.75f}});
    assertThat(plan.offsets()).containsExactly(0);
    assertThat(plan.shares()).containsExactly(1);
  }

  @Test
  void of_noOutcomes_asksForNoneInParticular() {
    for (boolean split : new boolean[] {false, true}) {
      QueryPlan plan = plan(split, 0, Map.of());
      assertThat(plan.mixes()).isDeepEqualTo(new float[][] {{0, 0, 0}});
      assertThat(plan.shares()).containsExactly(1);
    }
  }

  @Test
  void of_splitOutcomes_hasAQueryOfItsOwnForEachThatCounts() {
    QueryPlan plan = plan(true, 0, Map.of("click", 1f, "save", 0f, "hide", 3f));
    assertThat(plan.mixes()).isDeepEqualTo(new float[][] {{1, 0, 0}, {0, 0, 1}});
    assertThat(plan.offsets()).containsExactly(0, 0);
    assertThat(plan.shares()).containsExactly(0.25, 0.75);
  }

  @Test
  void of_lookAhead_sharesEveryMixAmongItsOffsets() {
    QueryPlan plan = plan(true, 1, Map.of("save", 1f, "hide", 1f));
    assertThat(plan.mixes())
        .isDeepEqualTo(new float[][] {{0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}});
    assertThat(plan.offsets()).containsExactly(0, 1, 0, 1);
    assertThat(plan.shares()).containsExactly(0.25, 0.25, 0.25, 0.25);
    QueryPlan farthest = plan(false, TargetOffsets.COUNT - 1, Map.of("save", 1f));
    assertThat(farthest.size()).isEqualTo(TargetOffsets.COUNT);
    assertThat(farthest.offsets()).containsExactly(0, 1, 2, 3, 4);
  }

  private static float[] mix(Map<String, Float> outcomes) {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, false, 0, 0, 0);
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
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, false, 0, 0, 0);
    QueryPlan plan = QueryPlan.of(config, Map.of("save", 3f, "click", 1f), ACTIONS);
    assertThat(plan.size()).isEqualTo(1);
    assertThat(plan.mixes()[0]).containsExactly(.25f, .75f, 0);
    assertThat(plan.offsets()).containsExactly(0);
  }

  @Test
  void plan_splitAndLookingAhead_sharesTheBudgetByTheWeights() {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, true, 1, 0, 0);
    QueryPlan plan = QueryPlan.of(config, Map.of("save", 3f, "click", 1f), ACTIONS);
    assertThat(plan.size()).isEqualTo(4);
    assertThat(plan.mixes()[0]).containsExactly(1, 0, 0);
    assertThat(plan.mixes()[3]).containsExactly(0, 1, 0);
    assertThat(plan.offsets()).containsExactly(0, 1, 0, 1);
    assertThat(plan.shares()).containsExactly(.125, .125, .375, .375);
  }

  @Test
  void plan_nothingAskedFor_looksAheadAllTheSame() {
    RetrievalConfig config = new RetrievalConfig(20, 0, 1.2, true, 2, 0, 0);
    QueryPlan plan = QueryPlan.of(config, Map.of(), ACTIONS);
    assertThat(List.of(plan.mixes())).allSatisfy(mix -> assertThat(mix).containsOnly(0));
    assertThat(plan.offsets()).containsExactly(0, 1, 2);
  }
}
