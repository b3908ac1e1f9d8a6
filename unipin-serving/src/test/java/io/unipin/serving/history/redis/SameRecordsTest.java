package io.unipin.serving.history.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.Corrections;
import io.unipin.serving.history.Corrections.Change;
import io.unipin.serving.history.Corrections.Recorded;
import io.unipin.serving.history.EventPlace;
import io.unipin.serving.history.EventVersions;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryConfig.WhenAway;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.KeptEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.StoredRecord;
import io.unipin.serving.redis.NeedsRedis;
import io.unipin.serving.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the script in Redis and the code for the disk do the same. Random records, corrections
 * and retractions must get the same answers and lead to the same records, even if events are
 * dropped or forgotten.
 */
@NeedsRedis
@Timeout(300)
final class SameRecordsTest {
  private static final int LIMIT = 8;
  private static final int SEEDS = 150;
  private static final List<String> NAMES = List.of("click", "save", "hide");

  @TempDir Path folder;

  @Test
  void changes_inRandomOrders_haveTheSameAnswersAndRecordsInBothStores() {
    try (RedisServer server = RedisServer.start(folder.resolve("redis"));
        HistoryStore disk =
            HistoryStore.open(new HistoryConfig(folder.resolve("disk"), LIMIT, false));
        HistoryStore redis = RedisHistoriesTest.open(server, WhenAway.REFUSE, 0)) {
      for (int seed = 0; seed < SEEDS; seed++) {
        Random random = new Random(seed);
        String user = "user-" + seed;
        if (seed % 5 == 0) { // begins with a record as the first version wrote it
          StoredRecord old = unlinked(random);
          byte[] key = HistoryKeys.user(user);
          disk.archive().replace(key, old);
          redis.archive().replace(key, old);
        }
        List<Change> changes =
            new ArrayList<>(Corrections.of(1 + random.nextInt(40), 5, 40, NAMES, random));
        Collections.shuffle(changes, random);
        apply(user, changes, random, disk, redis, seed);
        assertThat(redis.read(user)).as("seed %d", seed).isEqualTo(disk.read(user));
      }
      assertThat(records(redis)).isEqualTo(records(disk));
    }
  }

  private static StoredRecord unlinked(Random random) {
    List<KeptEvent> kept = new ArrayList<>();
    List<Long> events = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      kept.add(
          KeptEvent.unlinked(
              new RecordedAction(1000 + i % 2, List.of("click"), "home", 60_000L * (1 + i / 2))));
      events.add(HistoryKeys.event("event-" + random.nextInt(12)));
    }
    return new StoredRecord(
        3, EventPlace.BEFORE_ALL, kept, Map.of(), Map.of(), events.stream().distinct().toList());
  }

  private static void apply(
      String user,
      List<Change> changes,
      Random random,
      HistoryStore disk,
      HistoryStore redis,
      int seed) {
    List<ActionEvent> batch = new ArrayList<>();
    for (Change change : changes) {
      if (change instanceof Recorded recorded) {
        batch.add(new ActionEvent(change.event(), change.revision(), recorded.action()));
      }
      if (!(change instanceof Recorded) || random.nextInt(3) == 0) {
        assertThat(redis.append(user, batch))
            .as("seed %d", seed)
            .isEqualTo(disk.append(user, batch));
        batch.clear();
      }
      if (!(change instanceof Recorded)) {
        List<String> events = List.of(change.event(), "event-" + random.nextInt(60));
        assertThat(redis.retract(user, events, change.revision()))
            .as("seed %d", seed)
            .isEqualTo(disk.retract(user, events, change.revision()));
      }
    }
  }

  /**
   * Returns the records by their keys. The maps of dropped and waiting events become lists, so that
   * their order is compared as well.
   */
  private static Map<String, List<Object>> records(HistoryStore store) {
    Map<String, List<Object>> all = new TreeMap<>();
    store
        .archive()
        .forEach(
            (key, record) ->
                all.put(
                    HexFormat.of().formatHex(key),
                    Arrays.asList(
                        record.older(),
                        record.floor(),
                        record.kept(),
                        new ArrayList<Map.Entry<Long, EventVersions>>(record.dropped().entrySet()),
                        new ArrayList<Map.Entry<Long, Long>>(record.waiting().entrySet()),
                        new ArrayList<>(record.unlinked()))));
    return all;
  }
}
