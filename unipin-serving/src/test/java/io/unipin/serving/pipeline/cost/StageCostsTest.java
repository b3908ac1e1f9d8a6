package io.unipin.serving.pipeline.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.request.Stage;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StageCostsTest {
  @Test
  void of_everyStage_isItsOwn() {
    StageCosts costs = new StageCosts();
    Set<SizedCosts> all = new HashSet<>();
    for (Stage stage : Stage.values()) {
      assertThat(costs.of(stage)).isSameAs(costs.of(stage));
      all.add(costs.of(stage));
    }
    assertThat(all).hasSize(Stage.values().length);
  }

  @Test
  void of_encoding_isSharedBySettingsOfOneModelAndNothingElseIs() {
    SizedCosts encoding = new SizedCosts();
    StageCosts one = new StageCosts(encoding);
    StageCosts other = new StageCosts(encoding);
    for (Stage stage : Stage.values()) {
      if (stage == Stage.ENCODE) {
        assertThat(one.of(stage)).isSameAs(encoding).isSameAs(other.of(stage));
      } else {
        assertThat(one.of(stage)).isNotSameAs(other.of(stage)).isNotSameAs(encoding);
      }
    }
  }

  @Test
  void expected_ofOneStage_isWhatThatStageTook() {
    StageCosts costs = new StageCosts();
    for (int i = 0; i < 20; i++) {
      costs.of(Stage.SCORE).took(100, 5_000_000, 0);
    }
    assertThat(costs.of(Stage.SCORE).expected(100, 0).typical())
        .isBetween(4_000_000.0, 6_000_000.0);
    assertThat(costs.of(Stage.QUERY).expected(100, 0)).isEqualTo(Cost.NONE);
  }
}
