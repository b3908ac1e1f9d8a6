package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.simulator.FeedSimulator;
import io.unipin.feedlog.simulator.SimulatorConfig;
import io.unipin.proto.v1.ScoredItem;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EngagementTest {
  private final FeedLog log = FeedSimulator.simulate(SimulatorConfig.of(60, 100, 3));

  @Test
  void typical_isTwoActionsAndTheRarerTellsMore() {
    assertThat(Engagement.typical(log)).containsExactly("click", "save");
    assertThat(Engagement.rarest(log, List.of("click", "save"))).isEqualTo("save");
  }

  @Test
  void pair_sharesACategory() {
    List<ScoredItem> slate =
        IntStream.range(0, 60)
            .mapToObj(row -> ScoredItem.newBuilder().setItemId(log.catalogue().id(row)).build())
            .toList();
    List<ScoredItem> pair = Engagement.pair(log, slate);
    assertThat(pair).hasSize(2).doesNotHaveDuplicates();
    assertThat(Engagement.category(log, pair.get(0)))
        .isNotEmpty()
        .isEqualTo(Engagement.category(log, pair.get(1)));
  }

  @Test
  void choose_takesTheLongestHistoryThatFitsFirst() {
    int maxHistory = 64;
    List<DemoUser> users = DemoUser.choose(log, maxHistory, 20);
    assertThat(users).hasSizeLessThanOrEqualTo(20).doesNotHaveDuplicates();
    int longest =
        IntStream.range(0, log.users())
            .map(row -> log.actionStart(row + 1) - log.actionStart(row))
            .filter(actions -> actions <= maxHistory - maxHistory / 8)
            .max()
            .orElseThrow();
    assertThat(users.get(0).actions()).isEqualTo(longest);
    assertThat(users.get(0).history()).hasSize(longest);
  }
}
