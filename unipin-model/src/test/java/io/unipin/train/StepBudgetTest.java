package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainingSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StepBudgetTest {
  private static final TrainingSettings SETTINGS =
      TrainConfig.defaults(Map.of("training.warmupSteps", "30")).training();

  @Test
  void steps_withoutLimit_areThoseOfTheRecipe() {
    StepBudget budget = new StepBudget(Double.POSITIVE_INFINITY, SETTINGS);
    assertThat(budget.allows(7, 1e9)).isTrue();
    assertThat(budget.steps(5_000, 9_000, 1e9)).isEqualTo(9_000);
  }

  @Test
  void steps_withLimit_areThoseThatFit() {
    StepBudget budget = new StepBudget(20, SETTINGS);
    // The first 15 steps take a second each, all others a tenth of a second.
    for (int done = 0; done <= 15; done++) {
      assertThat(budget.steps(done, 9_000, done)).isEqualTo(9_000);
    }
    assertThat(budget.steps(25, 9_000, 16)).isEqualTo(25 + 40);
    assertThat(budget.steps(45, 9_000, 18)).isEqualTo(45 + 20);
    assertThat(budget.steps(45, 50, 18)).isEqualTo(50);
    assertThat(budget.allows(7, 19.9)).isTrue();
    assertThat(budget.allows(7, 20)).isFalse();
    assertThat(budget.allows(0, 20)).isTrue();
  }

  @Test
  void steps_fromACheckpoint_countFromThere() {
    StepBudget budget = new StepBudget(20, SETTINGS);
    assertThat(budget.steps(500, 9_000, 10)).isEqualTo(9_000);
    assertThat(budget.steps(510, 9_000, 12)).isEqualTo(510 + 40);
  }
}
