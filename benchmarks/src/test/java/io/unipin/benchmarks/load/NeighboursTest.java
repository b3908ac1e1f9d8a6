package io.unipin.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NeighboursTest {
  @Test
  void ticks_nameWithBlanksAndBrackets_areThoseOfUserAndSystem() {
    String stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 100 0 0 0 250 30 7 8 20 0 12 0 99";
    assertThat(Neighbours.ticks(stat)).isEqualTo(280);
  }

  @Test
  void isSteady_othersOnTheMachine_isNot() {
    assertThat(OverloadCommand.isSteady(round(100, 0.04))).isTrue();
    assertThat(OverloadCommand.isSteady(round(100, 0.06))).isFalse();
    assertThat(OverloadCommand.isSteady(round(80, 0.0))).isFalse();
  }

  private static Map<String, Object> round(double lastPeak, double others) {
    return Map.of(
        "peaks_pages_per_second", List.of(100.0, 100.0, lastPeak), "others_share_at_80pct", others);
  }
}
