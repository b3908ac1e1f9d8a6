package io.unipin.cli.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.proto.v1.Action;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HistoriesTest {
  private static final long NOW = 1_800_000_000_000L;

  private static SplittableRandom random() {
    return new SplittableRandom(1);
  }

  @Test
  void replayed_feedLog_hasItsActionsInOrderWithTheirGaps() {
    FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(40, 60, 1));
    Histories histories = Histories.replayed(log);
    int most = 0;
    for (int user = 0; user < log.users(); user++) {
      most = Math.max(most, log.actionStart(user + 1) - log.actionStart(user));
    }
    List<Action> busiest = histories.of(0, "u", random(), NOW);
    assertThat(busiest).hasSize(most);
    assertThat(busiest.get(most - 1).getTimeMs()).isEqualTo(NOW - Histories.BETWEEN_MS);
    assertThat(busiest).extracting(Action::getTimeMs).isSorted();
    assertThat(busiest).extracting(Action::getEventId).doesNotHaveDuplicates();
    assertThat(busiest)
        .allSatisfy(
            action -> {
              assertThat(log.catalogue().row(action.getItemId())).isNotNegative();
              assertThat(log.schema().actions()).containsAll(action.getActionsList());
              assertThat(log.schema().surfaces()).contains(action.getSurface());
            });
    assertThat(histories.of(log.users() - 1, "u", random(), NOW)).hasSizeLessThanOrEqualTo(most);
  }

  @Test
  void madeUp_distribution_hasItsLength() {
    Vocabulary vocabulary = new Vocabulary(List.of(7L), List.of("click"));
    Histories histories = Histories.madeUp(Distribution.parse("5"), vocabulary);
    assertThat(histories.of(3, "u", random(), NOW))
        .hasSize(5)
        .allSatisfy(action -> assertThat(action.getItemId()).isEqualTo(7));
  }
}
