package io.unipin.ann;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index that accepts changes while it is searched. It consists of an immutable main index, a
 * small delta of added items, and the set of the main index's items that were deleted or replaced.
 *
 * <p>A search sees every change whose method returned before the search began. Searches take no
 * lock and wait for nothing. After enough changes, a new main index is built in the background and
 * replaces the main index and the delta. Changes made during the build are carried over. If there
 * are many such changes, another rebuild follows.
 *
 * <p>Thread-safe.
 */
public final class LiveIndex implements AnnIndex {
  private static final Logger logger = LoggerFactory.getLogger(LiveIndex.class);
  private static final int MIN_CHANGES = 1000;

  private final LiveIndexConfig config;
  private final ExecutorService background;
  private final RecallWatch watch;
  private final Object writing = new Object();
  private volatile @Nullable LiveState state;

  @GuardedBy("writing")
  private final RebuildLedger rebuilds;

  private final Function<Alive, BaseIndex> builder;

  /** The new index owns {@code background}. Only tests pass another builder or clock. */
  LiveIndex(
      LiveIndexConfig config,
      Generation first,
      Function<Alive, BaseIndex> builder,
      LongSupplier clock,
      ExecutorService background) {
    this.background = background;
    this.config = config;
    this.state = LiveState.of(first);
    this.builder = builder;
    this.rebuilds = new RebuildLedger(clock);
    this.watch = new RecallWatch(config.watchEvery(), System::nanoTime, background);
  }

  /**
   * Returns a live index that takes over an index and the vectors from which it was built. Rebuilds
   * and exact comparisons use these vectors.
   *
   * @param vectors the vectors by ordinal; not copied
   */
  public static LiveIndex over(AnnIndex index, VectorTable vectors, LiveIndexConfig config) {
    if (!(index instanceof BaseIndex main)) {
      throw new IllegalArgumentException("an immutable index expected, got a live one");
    }
    vectors.check(index.size(), index.dimension());
    Generation first = Generation.first(main, vectors);
    return new LiveIndex(
        config, first, alive -> alive.index(config), System::nanoTime, Background.threads(2));
  }

  /**
   * Returns a live index like the other method, from vectors in an array.
   *
   * @param vectors (index.size(), dimension); not copied, must not change afterwards
   */
  public static LiveIndex over(AnnIndex index, float[] vectors, LiveIndexConfig config) {
    Vectors.check("vectors", vectors, index.size(), index.dimension());
    return over(index, VectorTable.of(vectors, index.dimension()), config);
  }

  /**
   * Adds items, or replaces their vectors. Once this method has returned, every new search finds
   * the new vectors.
   *
   * @param vectors (ids.length, dimension) row major, finite
   */
  public void upsert(long[] ids, float[] vectors) {
    int dimension = dimension();
    Vectors.check("vectors", vectors, ids.length, dimension);
    IdTable.of(ids); // checks that the ids are distinct and that none is NO_ID
    synchronized (writing) {
      LiveState next = open().with(ids, vectors);
      rebuilds.note(ids);
      state = next;
      rebuildIfDue(next);
    }
  }

  /**
   * Deletes items, and ignores ids that the index does not hold. Once this method has returned, no
   * new search finds any of the deleted items.
   *
   * @return how many items were deleted
   */
  public int delete(long... ids) {
    synchronized (writing) {
      LiveState now = open();
      LiveState next = now.without(ids);
      rebuilds.note(ids);
      state = next;
      rebuildIfDue(next);
      return now.size() - next.size();
    }
  }

  /**
   * Starts a rebuild once no other rebuild runs. The future completes with the new generation's
   * number when searches use this generation. An index without items keeps its generation.
   */
  public CompletableFuture<Long> rebuild() {
    synchronized (writing) {
      LiveState now = open();
      CompletableFuture<Long> done = rebuilds.await();
      serveWaiting(now);
      return done;
    }
  }

  public boolean holds(long id) {
    return open().holds(id);
  }

  /** Returns the ids among {@code ids} that the index does not hold. */
  public long[] missing(long... ids) {
    return open().missing(ids);
  }

  public LiveIndexStatus status() {
    LiveState now;
    boolean rebuilding;
    synchronized (writing) {
      now = open();
      rebuilding = rebuilds.isRunning();
    }
    return new LiveIndexStatus(
        now.main().number(),
        now.size(),
        now.delta().size(),
        now.buried(),
        rebuilding,
        watch.recall(),
        watch.watched());
  }

  @Override
  public int dimension() {
    return open().main().index().dimension();
  }

  @Override
  public int size() {
    return open().size();
  }

  @Override
  public String description() {
    return open().main().index().description();
  }

  @Override
  public AnnResult search(float[] queries, int queryCount, AnnSearch search) {
    LiveState now = retained();
    boolean kept = false;
    try {
      AnnResult found = now.search(queries, queryCount, search);
      if (queryCount > 0 && watch.wants()) {
        kept = true;
        float[] query = new float[now.main().index().dimension()];
        System.arraycopy(queries, 0, query, 0, query.length);
        AnnResult copy = new AnnResult(queryCount, search.k(), found.ids().clone(), found.scores());
        watch.compare(copy, () -> now.searchExactly(query, search), () -> now.main().release());
      }
      return found;
    } finally {
      if (!kept) {
        now.main().release();
      }
    }
  }

  /** Closes the index. The result of a rebuild that is still running is dropped. Idempotent. */
  @Override
  public void close() {
    LiveState last;
    List<CompletableFuture<Long>> unserved;
    synchronized (writing) {
      last = state;
      state = null;
      unserved = rebuilds.awaiting();
    }
    background.shutdown();
    if (last != null) {
      last.main().release();
    }
    unserved.forEach(future -> future.completeExceptionally(closed()));
  }

  /** Returns the newest state. Tests examine its memory. */
  LiveState open() {
    LiveState now = state;
    if (now == null) {
      throw closed();
    }
    return now;
  }

  /** Returns the newest state. Its generation stays open until the caller releases it. */
  private LiveState retained() {
    for (; ; ) {
      LiveState now = open();
      if (now.main().retain()) {
        return now;
      }
      Thread.onSpinWait(); // a rebuild replaced the generation after the state was read
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("an open index expected, got a closed one");
  }

  @GuardedBy("writing")
  private void rebuildIfDue(LiveState now) {
    long changes = now.delta().size() + (long) now.buried();
    boolean due = changes >= Math.max(MIN_CHANGES, config.rebuildAfter() * now.size());
    if (due && now.size() > 0 && rebuilds.mayBegin()) {
      start(now);
    }
  }

  /** If callers wait for a rebuild, starts a rebuild, even if the last one failed. */
  @GuardedBy("writing")
  private void serveWaiting(LiveState now) {
    if (rebuilds.isRunning() || !rebuilds.isAwaited()) {
      return;
    }
    if (now.size() > 0) {
      start(now);
    } else {
      long number = now.main().number();
      rebuilds.awaiting().forEach(future -> future.complete(number));
    }
  }

  @GuardedBy("writing")
  private void start(LiveState now) {
    rebuilds.begin(background, served -> rebuildFrom(now, served));
  }

  private void rebuildFrom(LiveState from, List<CompletableFuture<Long>> served) {
    try {
      long number = swap(from);
      ended(true);
      served.forEach(future -> future.complete(number));
    } catch (Throwable e) {
      logger.warn("the index was not rebuilt; it goes on with what it has", e);
      ended(false);
      served.forEach(future -> future.completeExceptionally(e));
    }
  }

  private void ended(boolean well) {
    synchronized (writing) {
      rebuilds.end(well);
      LiveState now = state;
      if (now != null) {
        serveWaiting(now);
        rebuildIfDue(now); // many items may have changed during this rebuild
      }
    }
  }

  private long swap(LiveState from) {
    Alive alive = Alive.of(from);
    Generation next = from.main().next(builder.apply(alive), alive.vectors());
    LiveState old;
    synchronized (writing) {
      old = state;
      if (old == null) {
        next.release();
        throw closed();
      }
      state = LiveState.of(next).with(rebuilds.changed(), old);
    }
    old.main().release();
    logger.info("index generation {} serves, {} items", next.number(), alive.ids().size());
    return next.number();
  }
}
