package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.console.CommandException;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.Served.CacheOutcome;
import org.junit.jupiter.api.Test;

final class BurstResultTest {
  @Test
  void result_joinsCallersAndTakesQuantiles() {
    BurstResult.Recorder all = new BurstResult.Recorder();
    BurstResult.Recorder other = new BurstResult.Recorder();
    for (int i = 1; i <= 3000; i++) {
      (i % 2 == 0 ? all : other).record(i * 1_000_000L, served(i % 3 == 0));
    }
    all.add(other);
    BurstResult result = all.result(10);
    assertThat(result.qps()).isEqualTo(300);
    assertThat(result.p50Ms()).isEqualTo(1500);
    assertThat(result.p99Ms()).isEqualTo(2970);
    assertThat(result.cache()).containsEntry("hit", 1000L).containsEntry("append", 2000L);
    assertThat(result.stagesMs()).containsEntry("score", 2.0);
  }

  @Test
  void result_withoutAnswers_isAFailure() {
    assertThatThrownBy(() -> new BurstResult.Recorder().result(1))
        .isInstanceOf(CommandException.class);
  }

  private static Served served(boolean hit) {
    return Served.newBuilder()
        .setCache(hit ? CacheOutcome.HIT : CacheOutcome.APPEND)
        .putStagesMs("score", 2)
        .build();
  }
}
