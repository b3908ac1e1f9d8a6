package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.tokens;

import java.time.Duration;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Races between two threads. {@link RacesTest} runs each race many times, every time on a fresh
 * cache.
 *
 * <p>The first number of a result says what the reader saw. The second number says how many leases
 * and bytes were still in use at the end. Freed blocks are filled with NaN. So the checks detect a
 * row that is read after its block was freed.
 */
public final class Races {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 4, 16, KvType.FLOAT32);

  /** The size of the only slab in bytes. It has room for one block of the largest size class. */
  private static final int ROOM = 16 * 64;

  private static final int MISS = 0;
  private static final int HIT = 1;
  private static final int WRONG_ROWS = 2;

  private Races() {}

  /** The cache of a race, and steps that several races share. */
  private static class Scene {
    final UserKvCache cache =
        new UserKvCache(new KvCacheLimits(ROOM, Duration.ofHours(1), 4 * ROOM), ROOM, true);
    final long mark = cache.mark("user");

    final void serve(String user, int... tokens) {
      try (KvLease lease = acquire(user, tokens)) {
        Rows.serve(lease, LAYOUT, tokens);
      }
    }

    final KvLease acquire(String user, int... tokens) {
      return cache.acquire(new KvKey(user, "model"), LAYOUT, hashes(tokens), Duration.ZERO);
    }

    /**
     * Acquires a lease for these tokens and checks its reused rows twice. Returns one of the three
     * codes above.
     */
    final int read(int... tokens) {
      try (KvLease lease = acquire("user", tokens)) {
        Rows.verify(lease, LAYOUT, lease.reusedRows(), tokens);
        Thread.onSpinWait();
        Rows.verify(lease, LAYOUT, lease.reusedRows(), tokens);
        return lease.outcome() == KvOutcome.HIT ? HIT : MISS;
      } catch (AssertionError e) {
        return WRONG_ROWS;
      }
    }

    /**
     * Closes the cache. Returns the number of open leases plus the number of bytes that are still
     * used or leased.
     */
    final int leftOver() {
      long leases = cache.stats().leases();
      cache.close();
      return (int) (leases + cache.stats().usedBytes() + cache.stats().leasedBytes());
    }
  }

  /** A race between a reader and an erasure of its user. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "erased first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "read first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed rows were read, or something leaked")
  @State
  public static class AcquireErase extends Scene {
    public AcquireErase() {
      serve("user", tokens(1, 2));
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2));
    }

    @Actor
    public void eraser() {
      cache.erase("user");
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a reader and another user, whose large new block forces the cache to move the
   * reader's block.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "evicted first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "read first, or moved")
  @Outcome(expect = Expect.FORBIDDEN, desc = "moved rows were read, or something leaked")
  @State
  public static class AcquireMove extends Scene {
    public AcquireMove() {
      serve("gone", tokens(1, 2, 3, 4));
      serve("user", tokens(1, 2, 3));
      serve("in the way", tokens(1, 2, 3, 4));
      cache.erase("gone"); // frees four rows at the start of the slab; four are free at its end
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2, 3));
    }

    @Actor
    public void other() {
      serve("other", Rows.sequence(8, 5));
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /** A race between a reader and another user, whose rows need the whole cache. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "evicted first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "read first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed rows were read, or something leaked")
  @State
  public static class AcquireEvict extends Scene {
    public AcquireEvict() {
      serve("user", tokens(1, 2));
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2));
    }

    @Actor
    public void other() {
      serve("other", Rows.sequence(16, 5));
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a reader and a writer that corrects the history. The writer may overwrite in
   * place the rows that the correction changes.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "corrected first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "read first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "rows changed under the reader, or something leaked")
  @State
  public static class AcquireCorrect extends Scene {
    public AcquireCorrect() {
      serve("user", tokens(1, 2, 3));
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2, 3));
    }

    @Actor
    public void writer() {
      serve("user", tokens(1, 9, 9));
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /** A race between a reader and the removal of its model. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "swapped first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "read first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "freed rows were read, or something leaked")
  @State
  public static class AcquireSwap extends Scene {
    public AcquireSwap() {
      serve("user", tokens(1, 2));
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2));
    }

    @Actor
    public void swap() {
      cache.eraseFingerprint("model");
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a writer and an erasure of its user. The erasure begins after the history was
   * read. No row of that history may stay, no matter which thread ends first.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing stays")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an erased history came back, or something leaked")
  @State
  public static class CommitErase extends Scene {
    @Actor
    public void writer() {
      int[] tokens = tokens(1, 2);
      KvKey key = new KvKey("user", "model");
      try (KvLease lease = cache.acquire(key, LAYOUT, hashes(tokens), Duration.ZERO, mark)) {
        Rows.serve(lease, LAYOUT, tokens);
      }
    }

    @Actor
    public void eraser() {
      cache.erase("user");
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r1 = (int) cache.stats().entries();
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a writer and a thread that gives the writer's model a part of the budget and
   * takes it away again.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing stays that cannot be found")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "what stays is found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something leaked")
  @State
  public static class CommitReserve extends Scene {
    @Actor
    public void writer() {
      serve("user", tokens(1, 2));
    }

    @Actor
    public void reserver() {
      cache.reserve("model", ROOM / 2);
      cache.eraseFingerprint("model");
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r1 = read(tokens(1, 2));
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a refresh and a request. Both append the same tokens; a refresh does so before a
   * request needs them.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the request appends, or goes uncached")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the request hits")
  @Outcome(expect = Expect.FORBIDDEN, desc = "rows changed under the reader, or something leaked")
  @State
  public static class AcquireRefresh extends Scene {
    public AcquireRefresh() {
      serve("user", tokens(1));
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = read(tokens(1, 2));
    }

    @Actor
    public void refresher() {
      int[] tokens = tokens(1, 2);
      cache
          .refresh(new KvKey("user", "model"), LAYOUT, () -> hashes(tokens))
          .ifPresent(
              lease -> {
                Rows.serve(lease, LAYOUT, tokens);
                lease.close();
              });
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = leftOver();
    }
  }

  /**
   * A race between a thread that releases the last share of a block and a thread that takes a
   * lease.
   */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "freed first")
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "leased first")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a freed block was leased, or it leaked")
  @State
  public static class LeaseRelease {
    private final SlabPool pool = new SlabPool("race", ROOM, ROOM, true);
    private final KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, 2));

    public LeaseRelease() {
      block.share();
      block.releaseLease();
    }

    @Actor
    public void reader(II_Result result) {
      if (block.tryLease()) {
        result.r1 = pool.usedBytes() > 0 ? HIT : WRONG_ROWS;
        block.releaseLease();
      }
    }

    @Actor
    public void owner() {
      block.releaseShare();
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = (int) (pool.usedBytes() + pool.leasedBytes().get());
    }
  }
}
