package io.unipin.ann;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index that takes changes while it is searched: a main index that never changes, a small delta beside it, and the main index's
 * dead.
 *
 * <p>A change is seen by every search that begins after the call returned. Searches take no lock and wait for nobody. When enough has
 * changed, a new main index is built in the background and takes the place of both; what changed meanwhile is carried over.
 *
 * <p>Thread-safe.
 */
public final class LiveIndex implements AnnIndex {
  private static final Logger logger = LoggerFactory.getLogger(LiveIndex.class);
  private static final int MIN_CHANGES = 1000;

  private final LiveIndexConfig config;
  private final ExecutorService background =
      Executors.newFixedThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "ann-live");
            thread.setDaemon(true);
            return thread;
          });
  private final RecallWatch watch;
  private final Object writing = new Object();
  private volatile @Nullable LiveState state;

  /** Ids that changed since the rebuild under way began. */
  @GuardedBy("writing")
  private final Set<Long> changed = new LinkedHashSet<>();

  @GuardedBy("writing")
  private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();

  private volatile boolean rebuilding;

  private LiveIndex(LiveIndexConfig config, Generation first) {
    this.config = config;
    this.state = LiveState.of(first);
    this.watch = new RecallWatch(config.watchEvery(), System::nanoTime, background);
  }

  /**
   * Takes over an index and the vectors it was built of, which are what a rebuild and exact comparisons use.
   *
   * @param vectors (index.size(), dimension) by ordinal; not copied, never to be changed
   */
  public static LiveIndex over(AnnIndex index, float[] vectors, LiveIndexConfig config) {
    if (!(index instanceof BaseIndex main)) {
      throw new IllegalArgumentException("an index that is not alive itself expected");
    }
    Vectors.check("vectors", vectors, index.size(), index.dimension());
    return new LiveIndex(config, new Generation(0, main, vectors));
  }

  /**
   * Adds items, or replaces their vectors. When this returns every search finds them.
   *
   * @param vectors (ids.length, dimension) row major, finite
   */
  public void upsert(long[] ids, float[] vectors) {
    int dimension = dimension();
    Vectors.check("vectors", vectors, ids.length, dimension);
    IdTable.of(ids); // distinct, and none of them means no item
    synchronized (writing) {
      LiveState next = open();
      for (int i = 0; i < ids.length; i++) {
        float[] row = new float[dimension];
        System.arraycopy(vectors, i * dimension, row, 0, dimension);
        next = next.with(ids[i], row);
        note(ids[i]);
      }
      state = next;
      rebuildIfDue(next);
    }
  }

  /** Takes items away; ids it does not hold are of no consequence. No search that begins after this returns finds them. */
  public int delete(long... ids) {
    synchronized (writing) {
      LiveState next = open();
      int gone = 0;
      for (long id : ids) {
        if (next.holds(id)) {
          next = next.without(id);
          note(id);
          gone++;
        }
      }
      state = next;
      rebuildIfDue(next);
      return gone;
    }
  }

  /** Starts a rebuild, after the one under way if there is one; its generation comes with the swap. */
  public CompletableFuture<Long> rebuild() {
    synchronized (writing) {
      CompletableFuture<Long> done = new CompletableFuture<>();
      waiting.add(done);
      startIfIdle(open());
      return done;
    }
  }

  public boolean holds(long id) {
    return open().holds(id);
  }

  public LiveIndexStatus status() {
    LiveState now = open();
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

  /** Idempotent. A rebuild under way ends without effect. */
  @Override
  public void close() {
    LiveState last;
    List<CompletableFuture<Long>> unserved;
    synchronized (writing) {
      last = state;
      state = null;
      unserved = new ArrayList<>(waiting);
      waiting.clear();
    }
    background.shutdown();
    if (last != null) {
      last.main().release();
    }
    unserved.forEach(future -> future.completeExceptionally(closed()));
  }

  private LiveState open() {
    LiveState now = state;
    if (now == null) {
      throw closed();
    }
    return now;
  }

  /** The newest state, whose generation stays open until it is released. */
  private LiveState retained() {
    for (; ; ) {
      LiveState now = open();
      if (now.main().retain()) {
        return now;
      }
      Thread.onSpinWait(); // swapped between the two steps
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the index is closed");
  }

  @GuardedBy("writing")
  private void note(long id) {
    if (rebuilding) {
      changed.add(id);
    }
  }

  @GuardedBy("writing")
  private void rebuildIfDue(LiveState now) {
    long changes = now.delta().size() + (long) now.buried();
    if (changes >= Math.max(MIN_CHANGES, config.rebuildAfter() * now.size())) {
      startIfIdle(now);
    }
  }

  @GuardedBy("writing")
  private void startIfIdle(LiveState now) {
    if (!rebuilding && now.size() > 0) {
      rebuilding = true;
      changed.clear();
      List<CompletableFuture<Long>> served = new ArrayList<>(waiting);
      waiting.clear();
      background.execute(() -> rebuildFrom(now, served));
    }
  }

  private void rebuildFrom(LiveState from, List<CompletableFuture<Long>> served) {
    try {
      long number = swap(from);
      served.forEach(future -> future.complete(number));
    } catch (Throwable e) {
      logger.warn("the index was not rebuilt; it goes on with what it has", e);
      served.forEach(future -> future.completeExceptionally(e));
    } finally {
      synchronized (writing) {
        rebuilding = false;
        if (!waiting.isEmpty() && state != null) {
          startIfIdle(open());
        }
      }
    }
  }

  private long swap(LiveState from) {
    LiveState.Contents contents = from.contents();
    Generation next = new Generation(from.main().number() + 1, build(contents), contents.vectors());
    LiveState old;
    synchronized (writing) {
      old = state;
      if (old == null) {
        next.release();
        throw closed();
      }
      LiveState fresh = LiveState.of(next);
      for (long id : changed) {
        fresh = old.delta().holds(id) ? fresh.with(id, old.arrived(id)) : fresh.without(id);
      }
      state = fresh;
    }
    old.main().release();
    logger.info("index generation {} serves, {} items", next.number(), contents.ids().length);
    return next.number();
  }

  private BaseIndex build(LiveState.Contents contents) {
    int dimension = dimension();
    return config.factory().equals(LiveIndexConfig.EXACT)
        ? ExactIndex.of(contents.vectors(), dimension, contents.ids())
        : FaissIndex.build(
            config.factory(), contents.vectors(), dimension, contents.ids(), config.build());
  }
}
