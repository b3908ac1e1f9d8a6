package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvCacheException;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Plays random schedules of overlapping requests to a cache whose rows lie in an {@link EnginePool}
 * on the CPU. A row depends on its user and on all tokens up to it, so the checks detect a row of
 * another sequence, of another position or of freed memory.
 */
class EnginePoolSimulationTest {
  private static final int SCHEDULES = "nightly".equals(System.getenv("UNIPIN_TEST")) ? 3_000 : 800;
  private static final int FEW = 60;
  private static final int STEPS = 80;

  /** Bytes for the gaps between the slabs of two layouts. */
  private static final int GAPS = 1 << 12;

  private static final int USERS = 12;

  @Test
  @Tag("long")
  void schedules_many_neverGiveWrongRowsAndLeaveZeros() {
    play(SCHEDULES);
  }

  @Test
  void schedules_aFew_neverGiveWrongRowsAndLeaveZeros() {
    play(FEW);
  }

  private static void play(int schedules) {
    int hits = 0;
    int moved = 0;
    int grown = 0;
    int erased = 0;
    for (int seed = 0; seed < schedules; seed++) {
      Schedule schedule = new Schedule(seed);
      schedule.play();
      hits += schedule.hits;
      moved += schedule.moves.moves();
      grown += schedule.grown;
      erased += schedule.erased;
    }
    assertThat(hits).as("hits").isGreaterThan(schedules);
    assertThat(moved).as("moves of blocks").isGreaterThan(schedules / 20);
    assertThat(grown).as("rows copied to a larger block").isGreaterThan(schedules / 4);
    assertThat(erased).as("erasures of a user with rows").isGreaterThan(schedules / 4);
  }

  /** A request with an open lease. */
  private record Open(KvLease lease, KvKey key, int[] tokens, boolean valid) {
    EngineRows rows() {
      return (EngineRows) lease.kv();
    }
  }

  private static final class Schedule {
    private final int seed;
    private final Random random;
    private final AtomicLong nanos = new AtomicLong();
    private final KvLayout[] layouts;
    private final int models;
    private final EnginePool pool;
    private final CountedMoves moves;
    private final UserKvCache cache;
    private final Map<KvKey, int[]> histories = new HashMap<>();

    /** The capacity of each key's block when it was last used. */
    private final Map<KvKey, Integer> capacities = new HashMap<>();

    private final List<Open> open = new ArrayList<>();
    private int hits;
    private int grown;
    private int erased;

    Schedule(int seed) {
      this.seed = seed;
      random = new Random(seed);
      KvType type = seed % 2 == 0 ? KvType.FLOAT32 : KvType.FLOAT16;
      // In float32, units have 128 bytes in the first layout and 192 bytes in the second.
      layouts = new KvLayout[] {new KvLayout(2, 1, 4, 20, type), new KvLayout(3, 2, 4, 16, type)};
      models = 1 + random.nextInt(2);
      KvCacheLimits limits =
          new KvCacheLimits(
              1024L * (2 + random.nextInt(14)),
              Duration.ofSeconds(100),
              1024L * random.nextInt(8),
              nanos::get);
      long bytes = limits.budgetBytes() + limits.transientBytes() + GAPS;
      pool = EnginePool.create(TestModels.options(), type, bytes);
      moves = new CountedMoves(pool);
      cache = new UserKvCache(limits, List.of(), moves);
    }

    void play() {
      try (pool) {
        for (int step = 0; step < STEPS; step++) {
          step();
          assertThat(cache.stats().usedBytes()).isLessThanOrEqualTo(cache.stats().budgetBytes());
          assertThat(cache.stats().leases()).isEqualTo(open.size());
        }
        while (!open.isEmpty()) {
          finish(open.remove(open.size() - 1));
        }
        cache.close();
        assertThat(cache.stats().usedBytes()).isZero();
        float[] all = PoolRows.all(pool);
        assertThat(all).isEqualTo(new float[all.length]);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }

    private void step() {
      int choice = random.nextInt(100);
      if (choice < 45) {
        request();
      } else if (choice < 88) {
        if (!open.isEmpty()) {
          finish(open.remove(random.nextInt(open.size())));
        }
      } else if (choice < 93) {
        branch();
      } else if (choice < 97) {
        erase();
      } else if (choice < 99) {
        nanos.addAndGet(Duration.ofSeconds(random.nextInt(60)).toNanos());
      } else {
        cache.eraseFingerprint("model0");
      }
    }

    private void request() {
      int model = random.nextInt(models);
      KvLayout layout = layouts[model];
      KvKey key = new KvKey("user" + (1 + random.nextInt(USERS)), "model" + model);
      int[] tokens = nextHistory(key, layout);
      KvLease lease;
      try {
        lease = cache.acquire(key, layout, hashes(tokens), Duration.ZERO);
      } catch (KvCacheException overloaded) {
        assertThat(overloaded).hasMessageStartingWith("overloaded");
        return;
      }
      boolean hit = lease.outcome() == KvOutcome.HIT;
      Open request = new Open(lease, key, tokens, hit);
      open.add(request);
      verify(request, lease.reusedRows());
      if (hit) {
        assertThat(lease.state()).isEqualTo(state(tokens));
        hits++;
      } else if (lease.reason() == KvReason.GROWN) {
        grown += lease.capacity() > capacities.getOrDefault(key, Integer.MAX_VALUE) ? 1 : 0;
      }
      if (lease.outcome() != KvOutcome.UNCACHED) {
        capacities.put(key, lease.capacity());
      }
    }

    private void finish(Open request) {
      KvLease lease = request.lease;
      boolean written = request.valid || random.nextInt(4) > 0;
      if (!request.valid && (written || random.nextBoolean())) {
        write(request);
      }
      if (!request.valid && written) {
        lease.commit(state(request.tokens));
      }
      if (written) {
        verify(request, request.tokens.length);
      }
      if (!request.valid && written && random.nextBoolean()) {
        open.add(new Open(lease, request.key, request.tokens, true));
        return;
      }
      lease.close();
    }

    private void branch() {
      List<Open> bases = open.stream().filter(Open::valid).toList();
      if (bases.isEmpty()) {
        return;
      }
      Open base = bases.get(random.nextInt(bases.size()));
      int size = base.tokens.length + 1 + random.nextInt(3);
      if (size > base.rows().layout().maxRows()) {
        return;
      }
      int[] tokens = Arrays.copyOf(base.tokens, size);
      Arrays.fill(tokens, base.tokens.length, size, random.nextInt(9));
      try {
        Open branch = new Open(cache.branch(base.lease, hashes(tokens)), base.key, tokens, false);
        open.add(branch);
        verify(branch, base.tokens.length);
      } catch (KvCacheException overloaded) {
        assertThat(overloaded).hasMessageStartingWith("overloaded");
      }
    }

    /**
     * Erases a user. If no lease holds rows of the user, checks that no such row is left in the
     * pool.
     */
    private void erase() {
      int number = 1 + random.nextInt(USERS);
      String user = "user" + number;
      erased += cache.erase(user) > 0 ? 1 : 0;
      if (open.stream().anyMatch(request -> request.key.user().equals(user))) {
        return;
      }
      for (float value : PoolRows.all(pool)) {
        if (userOf(value) == number) {
          throw new AssertionError("no row of " + user + " expected, got " + value);
        }
      }
    }

    private void verify(Open request, int count) {
      EngineRows rows = request.rows();
      float[] all = PoolRows.all(pool);
      for (int layer = 0; layer < rows.layout().layers(); layer++) {
        for (int row = 0; row < count; row++) {
          float[] expected = row(request, layer, row);
          float[] found = PoolRows.row(all, rows, layer, row);
          if (!Arrays.equals(found, expected)) {
            assertThat(found)
                .as("row %s of layer %s of %s", row, layer, request.lease.outcome())
                .isEqualTo(expected);
          }
        }
      }
    }

    /** Writes the rows that the lease lacks, and no other rows. */
    private void write(Open request) {
      EngineRows rows = request.rows();
      int from = request.lease.reusedRows();
      int width = PoolRows.width(rows.layout());
      for (int layer = 0; layer < rows.layout().layers(); layer++) {
        float[] values = new float[(request.lease.rows() - from) * width];
        for (int row = from; row < request.lease.rows(); row++) {
          System.arraycopy(row(request, layer, row), 0, values, (row - from) * width, width);
        }
        PoolRows.write(rows, layer, from, values);
      }
    }

    /**
     * Returns the elements of a row. Each element is 16 i + u, with i from 1 to 100 and the user's
     * number u from 1 to 12.
     */
    private static float[] row(Open request, int layer, int row) {
      int hash = layer;
      for (int i = 0; i <= row; i++) {
        hash = hash * 31 + request.tokens[i];
      }
      KvLayout layout = request.rows().layout();
      float[] elements = new float[PoolRows.width(layout)];
      int user = Integer.parseInt(request.key.user().substring(4));
      for (int e = 0; e < elements.length; e++) {
        elements[e] = 16 * (1 + Math.floorMod(hash * 0x9E3779B9 + e, 100)) + user;
      }
      return elements;
    }

    /** Returns the user to whom an element belongs, or 0. */
    private static int userOf(float element) {
      return (int) element % 16;
    }

    private static TokenHashes hashes(int[] tokens) {
      TokenHashes.Builder builder = TokenHashes.builder(tokens.length);
      for (int token : tokens) {
        builder.add(token, 7);
      }
      return builder.build();
    }

    private static float[] state(int[] tokens) {
      return new float[] {tokens.length, Arrays.hashCode(tokens)};
    }

    /** Returns the key's last history with a random change. Most changes append new actions. */
    private int[] nextHistory(KvKey key, KvLayout layout) {
      int[] last = histories.getOrDefault(key, new int[1]);
      int choice = random.nextInt(20);
      int[] next = last;
      if (choice < 9) {
        int more = 1 + random.nextInt(choice < 2 ? layout.maxRows() : 3);
        next = Arrays.copyOf(last, Math.min(layout.maxRows(), last.length + more));
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
  }
}
