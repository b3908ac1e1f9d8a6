package io.unipin.kvcache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays random schedules of requests, evictions, erasures, full disks and restarts. Every row that
 * a request finds is compared with the row that its tokens must have.
 */
class TierSimulationTest {
  @TempDir Path temp;

  @Test
  void schedules_aFew_neverGiveWrongRows() {
    play(12);
  }

  @Test
  @Tag("long")
  void schedules_many_neverGiveWrongRows() {
    play(300);
  }

  private void play(int schedules) {
    int reloads = 0;
    for (int seed = 0; seed < schedules; seed++) {
      Schedule schedule = new Schedule(seed, temp.resolve("seed" + seed));
      try {
        schedule.play();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
      reloads += schedule.reloads;
    }
    assertThat(reloads).isGreaterThan(schedules);
  }

  private static final class Schedule {
    private static final int STEPS = 150;
    private static final int USERS = 8;
    private static final List<KvType> TYPES = List.of(KvType.values());

    private final Random random;
    private final KvLayout layout;
    private final Gate gate = new Gate();
    private final Map<String, int[]> histories = new HashMap<>();
    private final Set<String> erased = new HashSet<>();
    private Path folder;
    private TierWorld world;
    private int reloads;

    Schedule(int seed, Path folder) {
      random = new Random(seed);
      KvType type = TYPES.get(random.nextInt(TYPES.size()));
      layout = new KvLayout(1, 2, 4, 320, type);
      this.folder = folder;
      world = open();
    }

    /** Opens a cache whose memory has room for a few users, over files that have room for more. */
    private TierWorld open() {
      FileTier tier = TierWorld.tier(folder, 1 << 18, gate::open);
      return new TierWorld(layout, tier, 1 << 16, 1 << 16);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        step();
      }
      gate.full(false);
      world.close();
    }

    private void step() {
      int choice = random.nextInt(100);
      String user = "user" + random.nextInt(USERS);
      if (choice < 75) {
        int[] tokens = next(user);
        KvReason reason = world.serve(user, tokens);
        assertThat(world.stats().space().failures()).isZero();
        reloads += reason == KvReason.RELOADED || reason == KvReason.RELOADED_PART ? 1 : 0;
        if (erased.remove(user)) {
          assertThat(reason).isEqualTo(KvReason.ABSENT);
        }
      } else if (choice < 85) {
        world.cache.settleTier();
      } else if (choice < 90) {
        world.forget();
      } else if (choice < 94) {
        gate.full(false);
        world.cache.erase(user);
        erased.add(user);
      } else if (choice < 96) {
        gate.full(random.nextBoolean());
      } else if (choice < 98) {
        gate.full(false);
        world.close();
        world = open();
      } else {
        killed();
      }
    }

    /** Continues with a copy of the files, as if the process had been killed and restarted. */
    private void killed() {
      gate.full(false);
      world.cache.settleTier(); // waits until the running write ends or fails
      world.nanos.addAndGet(TimeUnit.MINUTES.toNanos(10)); // ends the pause that follows a failure
      world.cache.settleTier();
      Path next = folder.resolveSibling(folder.getFileName() + "k");
      TierWorld.copy(folder, next);
      world.close();
      folder = next;
      world = open();
    }

    private int[] next(String user) {
      int[] last = histories.getOrDefault(user, new int[] {0});
      int[] next = last;
      int choice = random.nextInt(20);
      if (choice < 12) {
        next = Arrays.copyOf(last, Math.min(320, last.length + 1 + random.nextInt(60)));
        for (int i = last.length; i < next.length; i++) {
          next[i] = random.nextInt(50);
        }
      } else if (choice < 14 && last.length > 1) {
        next = last.clone();
        next[1 + random.nextInt(last.length - 1)] = 50 + random.nextInt(50);
      } else if (choice == 14) {
        next = Arrays.copyOf(last, 1 + random.nextInt(last.length));
      } else if (choice == 15 && last.length > 3) {
        next = Arrays.copyOfRange(last, last.length / 2, last.length);
        next[0] = 0;
      }
      histories.put(user, next);
      return next;
    }
  }
}
