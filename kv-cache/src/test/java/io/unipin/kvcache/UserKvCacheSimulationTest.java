package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.closeClean;
import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.state;
import static io.unipin.kvcache.Rows.verify;
import static io.unipin.kvcache.Rows.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plays random schedules of overlapping requests on one thread.
 *
 * <p>Every row that a lease gives is compared with the row that its tokens must have. If there is
 * room for all entries, every outcome is compared with the outcome that a plain map of committed
 * histories predicts.
 */
class UserKvCacheSimulationTest {
  private static final int SCHEDULES = "nightly".equals(System.getenv("UNIPIN_TEST")) ? 1_500 : 500;
  private static final int FEW = 60;
  private static final int STEPS = 60;

  /** Where the cache keeps its rows. */
  private enum Place {
    HOST,
    /** One array, from which the main pool and the pool of transient blocks take sections. */
    POOL
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @Tag("long")
  void schedules_roomForAll_haveTheOutcomesOfAPlainMap(Place place) {
    playWithRoomForAll(place, SCHEDULES);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @Tag("long")
  void schedules_littleRoom_neverGiveWrongRows(Place place) {
    playWithLittleRoom(place, SCHEDULES);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void schedules_aFew_haveTheOutcomesOfAPlainMapAndNoWrongRows(Place place) {
    playWithRoomForAll(place, FEW);
    playWithLittleRoom(place, FEW);
  }

  private static void playWithRoomForAll(Place place, int schedules) {
    for (int seed = 0; seed < schedules; seed++) {
      new Schedule(place, seed, 1 << 17, 1 << 12, 1 << 17, true).play();
    }
  }

  private static void playWithLittleRoom(Place place, int schedules) {
    int moves = 0;
    for (int seed = 0; seed < schedules; seed++) {
      Random random = new Random(seed);
      long budget = 256L * (1 + random.nextInt(60));
      long slab = 256L * (1 + random.nextInt(24));
      long transients = 256L * random.nextInt(40);
      moves += new Schedule(place, seed, budget, slab, transients, false).play();
    }
    assertThat(moves > 0).as("blocks of the array were moved").isEqualTo(place == Place.POOL);
  }

  /** A request with an open lease. */
  private record Open(KvLease lease, KvKey key, KvLayout layout, int[] tokens, boolean valid) {}

  /**
   * The plain map's value for a key: the tokens of its valid rows, whether its state is known, and
   * its block.
   */
  private record Known(int[] tokens, boolean state, KvBlock block) {}

  private static final class Schedule {
    /** Layouts of two models. The second layout has steps, which the engine's memory can't hold. */
    private static final KvLayout[] HOST = {
      new KvLayout(1, 2, 4, 20, KvType.FLOAT32), new KvLayout(3, 1, 4, 16, KvType.INT8)
    };

    private static final KvLayout[] POOL = {
      new KvLayout(1, 2, 4, 20, KvType.FLOAT32), new KvLayout(5, 1, 4, 16, KvType.FLOAT32)
    };

    private final KvLayout[] layouts;
    private final @Nullable HeapPool pool;
    private final int seed;
    private final Random random;
    private final boolean roomForAll;
    private final AtomicLong nanos = new AtomicLong();
    private final UserKvCache cache;
    private final Map<KvKey, int[]> histories = new HashMap<>();
    private final Map<KvKey, Known> known = new HashMap<>();
    private final Map<KvKey, KvLease> writers = new HashMap<>();
    private final Set<KvLease> revoked = new HashSet<>();
    private final List<Open> open = new ArrayList<>();

    Schedule(Place place, int seed, long budget, long slab, long transients, boolean roomForAll) {
      layouts = place == Place.HOST ? HOST : POOL;
      this.seed = seed;
      this.roomForAll = roomForAll;
      random = new Random(seed);
      KvCacheLimits limits =
          new KvCacheLimits(budget, Duration.ofSeconds(100), transients, nanos::get);
      if (place == Place.HOST) {
        pool = null;
        cache = new UserKvCache(limits, slab, true);
      } else {
        pool = new HeapPool((int) (budget + transients) + (1 << 14), 64 * random.nextInt(10));
        cache = new UserKvCache(limits, List.of(), pool, slab, false);
      }
    }

    /** Returns how often blocks of the array were moved. */
    int play() {
      try {
        for (int step = 0; step < STEPS; step++) {
          step();
          assertThat(cache.stats().usedBytes()).isLessThanOrEqualTo(cache.stats().budgetBytes());
          assertThat(cache.stats().leases()).isEqualTo(open.size());
          assertThat(FreeLocks.check(cache)).isPositive();
        }
        while (!open.isEmpty()) {
          finish(open.remove(open.size() - 1));
        }
        closeClean(cache);
        if (pool == null) {
          return 0;
        }
        assertThat(pool.isZero()).as("no row is left").isTrue();
        return pool.moves();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }

    private void step() {
      int choice = random.nextInt(100);
      if (choice < 50) {
        request();
      } else if (choice < 90) {
        if (!open.isEmpty()) {
          finish(open.remove(random.nextInt(open.size())));
        }
      } else if (choice < 95) {
        branch();
      } else if (choice < 97) {
        erase();
      } else if (choice < 99) {
        nanos.addAndGet(Duration.ofSeconds(random.nextInt(roomForAll ? 2 : 60)).toNanos());
      } else if (!roomForAll) {
        cache.eraseFingerprint("model0");
        known.keySet().removeIf(key -> key.fingerprint().equals("model0"));
      }
    }

    private void request() {
      int model = random.nextInt(2);
      KvLayout layout = layouts[model];
      KvKey key = new KvKey("user" + random.nextInt(3), "model" + model);
      int[] tokens = nextHistory(key, layout);
      KvLease lease;
      try {
        lease = cache.acquire(key, layout, hashes(tokens), Duration.ZERO);
      } catch (KvCacheException overloaded) {
        assertThat(overloaded).hasMessageStartingWith("overloaded");
        assertThat(roomForAll).isFalse();
        return;
      }
      if (roomForAll) {
        checkOutcome(key, tokens, lease);
      }
      verify(lease, layout, lease.reusedRows(), tokens);
      assertThat(lease.rows()).isEqualTo(tokens.length);
      boolean hit = lease.outcome() == KvOutcome.HIT;
      if (hit) {
        assertThat(lease.state()).isEqualTo(state(tokens));
      } else if (lease.outcome() != KvOutcome.UNCACHED) {
        writers.put(key, lease);
      }
      open.add(new Open(lease, key, layout, tokens, hit));
    }

    private void checkOutcome(KvKey key, int[] tokens, KvLease lease) {
      Known entry = known.get(key);
      int m = entry == null ? 0 : entry.tokens.length;
      int prefix = entry == null ? 0 : commonPrefix(entry.tokens, tokens);
      if (entry != null && entry.state && prefix == m && m == tokens.length) {
        assertThat(lease.outcome()).isEqualTo(KvOutcome.HIT);
        assertThat(lease.kvBlock()).isSameAs(entry.block);
        return;
      }
      int reused = prefix == 1 && m > 1 ? 0 : Math.min(prefix, tokens.length - 1);
      assertThat(lease.reusedRows()).isEqualTo(reused);
      if (writers.containsKey(key)) {
        assertThat(lease.outcome()).isEqualTo(KvOutcome.UNCACHED);
        return;
      }
      assertThat(lease.outcome()).isEqualTo(reused == 0 ? KvOutcome.PREFILL : KvOutcome.APPEND);
      if (entry == null || reused == 0) {
        return;
      }
      boolean read = open.stream().anyMatch(other -> other.lease.kvBlock() == entry.block);
      boolean inPlace = tokens.length <= entry.block.capacity() && (reused == m || !read);
      assertThat(lease.kvBlock() == entry.block).isEqualTo(inPlace);
      if (inPlace && reused < m) {
        known.put(key, new Known(Arrays.copyOf(tokens, reused), false, entry.block));
      }
    }

    private void finish(Open request) {
      KvLease lease = request.lease;
      boolean written = request.valid || random.nextInt(4) > 0;
      if (!request.valid && (written || random.nextBoolean())) {
        write(lease, request.layout, request.tokens);
      }
      if (!request.valid && written) {
        lease.commit(state(request.tokens));
        assertThat(lease.state()).isEqualTo(state(request.tokens));
        if (writers.remove(request.key, lease) && !revoked.remove(lease)) {
          known.put(request.key, new Known(request.tokens, true, lease.kvBlock()));
        }
      }
      if (written) {
        verify(lease, request.layout, request.tokens.length, request.tokens);
      }
      if (!request.valid && written && random.nextBoolean()) {
        open.add(new Open(lease, request.key, request.layout, request.tokens, true));
        return;
      }
      writers.remove(request.key, lease);
      revoked.remove(lease);
      lease.close();
    }

    private void branch() {
      List<Open> bases = open.stream().filter(Open::valid).toList();
      if (bases.isEmpty()) {
        return;
      }
      Open base = bases.get(random.nextInt(bases.size()));
      int size = base.tokens.length + 1 + random.nextInt(3);
      if (size > base.layout.maxRows()) {
        return;
      }
      int[] tokens = Arrays.copyOf(base.tokens, size);
      Arrays.fill(tokens, base.tokens.length, size, random.nextInt(9));
      try {
        KvLease lease = cache.branch(base.lease, hashes(tokens));
        verify(lease, base.layout, base.tokens.length, tokens);
        open.add(new Open(lease, base.key, base.layout, tokens, false));
      } catch (KvCacheException overloaded) {
        assertThat(overloaded).hasMessageStartingWith("overloaded");
      }
    }

    private void erase() {
      String user = "user" + random.nextInt(3);
      int entries = cache.erase(user);
      long expected = known.keySet().stream().filter(key -> key.user().equals(user)).count();
      if (roomForAll) {
        assertThat(entries).isEqualTo((int) expected);
      }
      known.keySet().removeIf(key -> key.user().equals(user));
      writers.forEach(
          (key, lease) -> {
            if (key.user().equals(user)) {
              revoked.add(lease);
            }
          });
    }

    /** Returns the key's last history with a random change. Most changes append new actions. */
    private int[] nextHistory(KvKey key, KvLayout layout) {
      int[] last = histories.getOrDefault(key, new int[1]);
      int choice = random.nextInt(20);
      int[] next = last;
      if (choice < 9) {
        next = Arrays.copyOf(last, Math.min(layout.maxRows(), last.length + 1 + random.nextInt(3)));
        for (int i = last.length; i < next.length; i++) {
          next[i] = random.nextInt(9);
        }
      } else if (choice < 11 && last.length > 1) {
        next = last.clone();
        next[1 + random.nextInt(last.length - 1)] = random.nextInt(9);
      } else if (choice == 11) {
        next = Arrays.copyOf(last, 1 + random.nextInt(last.length));
      } else if (choice == 12 && last.length > 3) {
        next = Arrays.copyOfRange(last, 2, last.length);
        next[0] = 0;
      }
      histories.put(key, next);
      return next;
    }

    private static int commonPrefix(int[] one, int[] two) {
      int mismatch = Arrays.mismatch(one, two);
      return mismatch < 0 ? one.length : mismatch;
    }
  }
}
