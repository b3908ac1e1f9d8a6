package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.Corrections;
import io.unipin.serving.history.Corrections.Recorded;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryCopy;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.StoredRecord;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that histories stay the same on their way from the disk to Redis and back. */
@NeedsRedis
@Timeout(120)
final class HistoryCopyTest {
  private static final int USERS = 40;

  @TempDir Path folder;

  private HistoryStore disk(String name) {
    return HistoryStore.open(new HistoryConfig(folder.resolve(name), 8, false));
  }

  private static Map<String, StoredRecord> records(HistoryStore store) {
    Map<String, StoredRecord> all = new TreeMap<>();
    store.archive().forEach((key, record) -> all.put(HexFormat.of().formatHex(key), record));
    return all;
  }

  private static void fill(HistoryStore store) {
    for (int user = 0; user < USERS; user++) {
      String name = "user-" + user;
      Random random = new Random(user);
      Corrections.of(1 + random.nextInt(40), 5, 9, List.of("click", "save"), random)
          .forEach(
              change -> {
                if (change instanceof Recorded recorded) {
                  store.append(
                      name,
                      List.of(
                          new ActionEvent(change.event(), change.revision(), recorded.action())));
                } else {
                  store.retract(name, List.of(change.event()), change.revision());
                }
              });
    }
  }

  @Test
  void copy_toRedisAndBack_changesNothing() {
    try (RedisServer server = RedisServer.start(folder.resolve("redis"));
        HistoryStore first = disk("first");
        HistoryStore redis = RedisHistoriesTest.open(server, WhenAway.REFUSE, 0);
        HistoryStore last = disk("last")) {
      fill(first);
      first.erase("gone");
      HistoryCopy.Report report = HistoryCopy.copy(first, redis, done -> {});
      assertThat(report).isEqualTo(new HistoryCopy.Report(USERS, 0, 1));
      assertThatThrownBy(() -> HistoryCopy.copy(last, redis, done -> {}))
          .hasMessageContaining("without users expected");
      HistoryCopy.copy(redis, last, done -> {});
      assertThat(records(last)).hasSize(USERS).isEqualTo(records(first));
      for (HistoryStore copy : List.of(redis, last)) {
        assertThat(copy.secret()).isEqualTo(first.secret());
        assertThat(copy.erasedMs("gone")).isEqualTo(first.erasedMs("gone")).isPresent();
        for (int user = 0; user < USERS; user++) {
          assertThat(copy.read("user-" + user)).isEqualTo(first.read("user-" + user));
        }
      }
      // A change has the same effect on a copy as on the original.
      RecordedAction action = new RecordedAction(1, List.of("save"), "home", 90_000);
      ActionEvent again = new ActionEvent("event-0", 9, action);
      assertThat(redis.append("user-0", List.of(again)))
          .isEqualTo(first.append("user-0", List.of(again)));
    }
  }

  /**
   * A user who is erased while the copy runs is not in the copy. The copy contains the mark of the
   * erasure.
   */
  @Test
  void copy_userErasedMeanwhile_isNotRevived() {
    try (RedisServer server = RedisServer.start(folder.resolve("redis"));
        HistoryStore first = disk("first");
        HistoryStore redis = RedisHistoriesTest.open(server, WhenAway.REFUSE, 0)) {
      fill(first);
      HistoryCopy.Report report =
          HistoryCopy.copy(
              first,
              redis,
              done -> {
                if (done == USERS) {
                  first.archive().mark(first.archive().markOf(HistoryKeys.user("user-3"), 7));
                }
              });
      assertThat(report.users()).isEqualTo(USERS - 1);
      assertThat(report.erased()).isEqualTo(1);
      assertThat(redis.read("user-3").lifetime()).isZero();
      assertThat(redis.erasedMs("user-3")).isPresent();
      assertThat(redis.read("user-4").lifetime()).isPositive();
    }
  }
}
