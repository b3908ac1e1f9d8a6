package io.unipin.benchmarks.kvcache;

import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvOutcome;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.TokenHashes;
import io.unipin.kvcache.UserKvCache;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Plays a trace against the cache and against textbook policies. The cache and each policy have the
 * same number of bytes.
 *
 * <p>A request hits if rows of its user are cached. In this case only the rows that are not cached
 * are encoded.
 */
public final class Policies {
  private static final int WIDTH = 64;

  /**
   * The layout of the cache's blocks. It has one layer, so that a million users fit into memory.
   * The results depend only on how many users of each size class the budget holds.
   */
  private static final KvLayout LAYOUT = new KvLayout(1, 1, WIDTH, Trace.MAX_ROWS, KvType.INT8);

  /** The layout for comparisons in which all blocks have the same size. Its rows take few bytes. */
  private static final KvLayout EQUAL = new KvLayout(1, 1, 2, Trace.MAX_ROWS, KvType.INT8);

  private final Trace trace;
  private final long budgetBytes;
  private final KvLayout layout;

  /**
   * Creates the policies for a trace.
   *
   * @param share the budget, divided by the bytes of all users' histories at the end of the trace
   */
  public Policies(Trace trace, double share) {
    this.trace = trace;
    layout = LAYOUT;
    long all = Arrays.stream(trace.lastRows()).mapToLong(rows -> rows == 0 ? 0 : bytes(rows)).sum();
    budgetBytes = (long) (share * all);
  }

  private Policies(Trace trace, int places) {
    this.trace = trace;
    layout = EQUAL;
    budgetBytes = places * bytes(Trace.MAX_ROWS);
  }

  private long bytes(int rows) {
    return layout.blockBytes(layout.capacityFor(rows));
  }

  public long budgetBytes() {
    return budgetBytes;
  }

  /**
   * The result of a policy.
   *
   * @param hitRate share of all requests that hit
   * @param savedShare share of the encoding work that the policy saved
   * @param uncached number of requests that got no place in the cache
   */
  public record Outcome(double hitRate, double savedShare, long uncached) {}

  /** Estimates the work to encode rows, for a model of the recipes' width. */
  private static double cost(int rows) {
    return rows * (rows + 6.0 * WIDTH);
  }

  private final class Tally {
    private long hits;
    private double saved;
    private double all;

    void count(boolean hit, int at) {
      double cost = cost(trace.rows()[at]);
      all += cost;
      if (hit) {
        hits++;
        saved += cost;
      }
    }

    Outcome outcome(long uncached) {
      return new Outcome((double) hits / trace.size(), saved / all, uncached);
    }
  }

  /** Plays the trace against UniPin's cache, including its blocks. */
  public Outcome ours() {
    Tally tally = new Tally();
    KvKey[] keys = new KvKey[trace.userCount()];
    float[] state = new float[1];
    try (UserKvCache cache =
        new UserKvCache(new KvCacheLimits(budgetBytes, Duration.ofDays(30), 1 << 20))) {
      for (int i = 0; i < trace.size(); i++) {
        int user = trace.users()[i];
        KvKey key = keys[user];
        if (key == null) {
          key = new KvKey(Integer.toString(user), "model");
          keys[user] = key;
        }
        try (KvLease lease =
            cache.acquire(key, layout, hashes(user, trace.rows()[i]), Duration.ZERO)) {
          tally.count(lease.reusedRows() > 0, i);
          if (lease.outcome() != KvOutcome.HIT) {
            lease.commit(state);
          }
        }
      }
      KvCacheStats stats = cache.stats();
      return tally.outcome(stats.uncached());
    }
  }

  /**
   * Returns the hashes of a history. A history that fills the window no longer changes, because
   * this benchmark does not measure moving windows.
   */
  private static TokenHashes hashes(int user, int rows) {
    TokenHashes.Builder builder = TokenHashes.builder(rows);
    for (int token = 0; token < rows; token++) {
      builder.add(user, token);
    }
    return builder.build();
  }

  /** Plays the trace against LRU, which drops the user with the oldest last request. */
  public Outcome leastRecentlyUsed() {
    Tally tally = new Tally();
    LinkedHashMap<Integer, Long> residents = new LinkedHashMap<>(16, 0.75f, true);
    long used = 0;
    for (int i = 0; i < trace.size(); i++) {
      int user = trace.users()[i];
      long bytes = bytes(trace.rows()[i]);
      Long before = residents.put(user, bytes);
      tally.count(before != null, i);
      used += bytes - (before == null ? 0 : before);
      var eldest = residents.entrySet().iterator();
      while (used > budgetBytes) {
        used -= eldest.next().getValue();
        eldest.remove();
      }
    }
    return tally.outcome(0);
  }

  /**
   * Plays the trace against LFU, which drops the user with the fewest requests. Among users with
   * equally many requests, it drops the user with the oldest last request.
   *
   * @param remembers whether the policy keeps the number of requests of a dropped user
   */
  public Outcome leastFrequentlyUsed(boolean remembers) {
    Tally tally = new Tally();
    Map<Integer, Long> residents = new HashMap<>();
    // A key holds the count in the high bits and the time in the low bits.
    TreeMap<Long, Integer> order = new TreeMap<>();
    int[] counts = new int[trace.userCount()];
    long[] places = new long[trace.userCount()];
    long used = 0;
    for (int i = 0; i < trace.size(); i++) {
      int user = trace.users()[i];
      long bytes = bytes(trace.rows()[i]);
      Long before = residents.put(user, bytes);
      tally.count(before != null, i);
      if (before != null) {
        order.remove(places[user]);
      } else if (!remembers) {
        counts[user] = 0;
      }
      used += bytes - (before == null ? 0 : before);
      while (used > budgetBytes && !order.isEmpty()) {
        int victim = order.pollFirstEntry().getValue();
        used -= Objects.requireNonNull(residents.remove(victim));
      }
      places[user] = (long) ++counts[user] << 32 | i;
      order.put(places[user], user);
    }
    return tally.outcome(0);
  }

  /**
   * Returns the hit rate of Belady's policy for equal sizes. This policy knows the whole trace and
   * keeps the users whose next requests come soonest.
   */
  public double belady(int places) {
    int[] next = nextUses();
    boolean[] resident = new boolean[trace.userCount()];
    int[] due = new int[trace.userCount()];
    PriorityQueue<int[]> farthest = new PriorityQueue<>((a, b) -> Integer.compare(b[0], a[0]));
    int used = 0;
    long hits = 0;
    for (int i = 0; i < trace.size(); i++) {
      int user = trace.users()[i];
      if (resident[user]) {
        hits++;
      } else {
        resident[user] = true;
        used++;
      }
      due[user] = next[i];
      farthest.add(new int[] {next[i], user});
      while (used > places) {
        int[] victim = farthest.remove();
        if (resident[victim[1]] && due[victim[1]] == victim[0]) {
          resident[victim[1]] = false;
          used--;
        }
      }
    }
    return (double) hits / trace.size();
  }

  private int[] nextUses() {
    int[] next = new int[trace.size()];
    int[] last = new int[trace.userCount()];
    Arrays.fill(last, Integer.MAX_VALUE);
    for (int i = trace.size() - 1; i >= 0; i--) {
      next[i] = last[trace.users()[i]];
      last[trace.users()[i]] = i;
    }
    return next;
  }

  /**
   * Returns the hit rate of UniPin's cache with blocks of one size, to be compared with LRU and
   * Belady's policy.
   */
  public double oursEqualSizes(int places) {
    short[] rows = new short[trace.size()];
    Arrays.fill(rows, (short) Trace.MAX_ROWS);
    Trace equal = new Trace(trace.name(), trace.users(), rows, trace.userCount());
    return new Policies(equal, places).ours().hitRate();
  }

  public double leastRecentlyUsedEqualSizes(int places) {
    LinkedHashMap<Integer, Boolean> residents = new LinkedHashMap<>(16, 0.75f, true);
    long hits = 0;
    for (int user : trace.users()) {
      hits += residents.put(user, true) == null ? 0 : 1;
      if (residents.size() > places) {
        var eldest = residents.entrySet().iterator();
        eldest.next();
        eldest.remove();
      }
    }
    return (double) hits / trace.size();
  }
}
