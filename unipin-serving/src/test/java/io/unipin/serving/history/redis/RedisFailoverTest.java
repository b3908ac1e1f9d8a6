package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.redis.Eventually;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests histories in a real cluster whose primaries die. */
@NeedsRedis
@Timeout(180)
final class RedisFailoverTest {
  private static final int USERS = 12;
  private static final int EVENTS = 8;

  @TempDir Path folder;

  private static ActionEvent event(int number) {
    return new ActionEvent(
        "event-" + number, new RecordedAction(number, List.of("click"), "home", 1000L * number));
  }

  /**
   * Every write waits for one replica. So no acknowledged action is lost. A repeated call does not
   * count an action twice.
   */
  @Test
  void append_primaryIsKilled_losesNothingThatWasAcknowledged() {
    try (RedisCluster cluster = RedisCluster.start(folder);
        HistoryStore store = RedisHistoriesTest.open(cluster.place(), WhenAway.REFUSE, 1);
        HistoryStore reader = RedisHistoriesTest.open(cluster.place(), WhenAway.REFUSE, 0)) {
      recordAll(store, 0, EVENTS / 2);
      assertThat(Eventually.returns(() -> reader.sample(2 * USERS))).hasSize(USERS);
      cluster.killPrimary(0);
      // The replica that replaces the dead node has no replica itself. So this store must not wait
      // for replicas.
      try (HistoryStore after =
          Eventually.returns(() -> RedisHistoriesTest.open(cluster.place(), WhenAway.REFUSE, 0))) {
        recordAll(after, EVENTS / 2, EVENTS);
        for (int user = 0; user < USERS; user++) {
          String name = "user-" + user;
          assertThat(Eventually.returns(() -> reader.read(name)).newest())
              .extracting(RecordedAction::itemId)
              .containsExactlyElementsOf(LongStream.range(0, EVENTS).boxed().toList());
        }
      }
    }
  }

  private static void recordAll(HistoryStore store, int from, int to) {
    for (int number = from; number < to; number++) {
      ActionEvent event = event(number);
      for (int user = 0; user < USERS; user++) {
        String name = "user-" + user;
        Eventually.returns(() -> store.append(name, List.of(event)));
      }
    }
  }
}
