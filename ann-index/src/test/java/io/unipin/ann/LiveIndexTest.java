package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LiveIndexTest {
  private static final int DIMENSION = 16;
  private static final int SIZE = 1500;
  private static final float[] VECTORS = TestVectors.clustered(SIZE, DIMENSION, 30, 2);
  private static final long[] IDS = TestVectors.ids(SIZE);
  private static final float[] QUERIES = TestVectors.clustered(20, DIMENSION, 30, 3);

  private static LiveIndex live(String factory, Duration watchEvery) {
    AnnIndex main =
        factory.equals(LiveIndexConfig.EXACT)
            ? ExactIndex.of(VECTORS, DIMENSION, IDS)
            : FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT);
    return LiveIndex.over(
        main, VECTORS, new LiveIndexConfig(factory, FaissBuild.DEFAULT, 1, watchEvery));
  }

  private static float[] row(float[] vectors, int row) {
    return Arrays.copyOfRange(vectors, row * DIMENSION, (row + 1) * DIMENSION);
  }

  private static ExactIndex exact(Map<Long, float[]> items) {
    float[] vectors = new float[items.size() * DIMENSION];
    int filled = 0;
    for (float[] vector : items.values()) {
      System.arraycopy(vector, 0, vectors, filled, DIMENSION);
      filled += DIMENSION;
    }
    return ExactIndex.of(
        vectors, DIMENSION, items.keySet().stream().mapToLong(Long::longValue).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact", "Flat"})
  void anyChanges_equalAnIndexBuiltAfresh(String factory)
      throws InterruptedException, ExecutionException, TimeoutException {
    Random random = new Random(9);
    Map<Long, float[]> model = new TreeMap<>();
    for (int i = 0; i < SIZE; i++) {
      model.put(IDS[i], row(VECTORS, i));
    }
    ItemFilter filter = ItemFilter.excluding(Arrays.copyOf(IDS, 200));
    try (LiveIndex index = live(factory, Duration.ZERO)) {
      for (int round = 0; round < 30; round++) {
        for (int change = 0; change < 20; change++) {
          long id = random.nextBoolean() ? IDS[random.nextInt(SIZE)] : random.nextInt(50);
          if (random.nextInt(3) == 0) {
            assertThat(index.delete(id)).isEqualTo(model.remove(id) == null ? 0 : 1);
          } else {
            float[] vector = TestVectors.clustered(1, DIMENSION, 30, random.nextInt());
            index.upsert(new long[] {id}, vector);
            model.put(id, vector);
          }
          assertThat(index.holds(id)).isEqualTo(model.containsKey(id));
        }
        if (round % 10 == 9) {
          assertThat(index.rebuild().get(60, TimeUnit.SECONDS)).isEqualTo(round / 10 + 1);
          assertThat(index.status().delta()).isZero();
          assertThat(index.status().buried()).isZero();
        }
        assertThat(index.size()).isEqualTo(model.size());
        try (ExactIndex fresh = exact(model)) {
          for (AnnSearch search : List.of(AnnSearch.top(15), new AnnSearch(15, 0, filter))) {
            AnnResult expected = fresh.search(QUERIES, 20, search);
            AnnResult found = index.search(QUERIES, 20, search);
            assertThat(TestVectors.recall(expected, found)).isGreaterThan(0.999);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HNSW16", "IVF16,Flat", "HNSW16,SQ8"})
  void change_isSeenByTheNextSearch(String factory) {
    try (LiveIndex index = live(factory, Duration.ZERO)) {
      float[] vector = new float[DIMENSION];
      Arrays.fill(vector, 3);
      index.upsert(new long[] {77}, vector);
      assertThat(index.search(vector, 1, AnnSearch.top(3)).ids()[0]).isEqualTo(77);
      assertThat(index.delete(77)).isEqualTo(1);
      assertThat(index.search(vector, 1, AnnSearch.top(SIZE)).ids()).doesNotContain(77L);

      long best = index.search(row(QUERIES, 0), 1, AnnSearch.top(1)).ids()[0];
      index.delete(best);
      assertThat(index.search(row(QUERIES, 0), 1, AnnSearch.top(SIZE)).ids()).doesNotContain(best);
    }
  }

  /**
   * Readers search while items are deleted and added and while the index is rebuilt. No search may
   * find an item that was deleted before the search began.
   */
  @Test
  void changesUnderSearchAndRebuild_deletedNeverReturns()
      throws InterruptedException, ExecutionException, TimeoutException {
    ExecutorService pool = Executors.newFixedThreadPool(3);
    AtomicBoolean stop = new AtomicBoolean();
    Set<Long> gone = ConcurrentHashMap.newKeySet();
    try (LiveIndex index = live("HNSW16", Duration.ofNanos(1))) {
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        readers.add(
            pool.submit(
                () -> {
                  while (!stop.get()) {
                    Set<Long> before = new HashSet<>(gone);
                    AnnResult found = index.search(QUERIES, 20, AnnSearch.top(50));
                    for (long id : found.ids()) {
                      assertThat(before).doesNotContain(id);
                    }
                  }
                }));
      }
      for (int i = 0; i < 300; i++) {
        index.delete(IDS[i]);
        gone.add(IDS[i]);
        index.upsert(new long[] {1_000_000 + i}, row(VECTORS, i));
        if (i % 60 == 30) {
          assertThat(index.rebuild()).isNotNull();
        }
      }
      assertThat(index.rebuild().get(60, TimeUnit.SECONDS)).isPositive();
      stop.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
      assertThat(index.size()).isEqualTo(SIZE);
      assertThat(index.search(row(VECTORS, 7), 1, AnnSearch.top(SIZE)).ids()).contains(1_000_007L);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void manyChanges_rebuildThemselves() {
    LiveIndexConfig config = new LiveIndexConfig("Flat", FaissBuild.DEFAULT, 0.2, Duration.ZERO);
    try (LiveIndex index =
        LiveIndex.over(ExactIndex.of(VECTORS, DIMENSION, IDS), VECTORS, config)) {
      float[] vectors = TestVectors.clustered(1600, DIMENSION, 30, 8);
      index.upsert(LongStream.range(0, 1600).toArray(), vectors);
      while (index.status().generation() == 0 || index.status().rebuilding()) {
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.onSpinWait();
      }
      assertThat(index.status().delta()).isZero();
      assertThat(index.size()).isEqualTo(SIZE + 1600);
      assertThat(index.description()).isEqualTo("Flat");
    }
  }

  @Test
  void manyChangesDuringARebuild_areFollowedByAnother() {
    LiveIndexConfig config = new LiveIndexConfig("exact", FaissBuild.DEFAULT, 0.2, Duration.ZERO);
    Generation first =
        Generation.first(
            ExactIndex.of(VECTORS, DIMENSION, IDS), VectorTable.of(VECTORS, DIMENSION));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    try (LiveIndex index =
        new LiveIndex(
            config,
            first,
            alive -> {
              begun.countDown();
              awaitLatch(changed);
              return alive.index(config);
            },
            System::nanoTime,
            Background.threads(2))) {
      float[] vectors = TestVectors.clustered(1600, DIMENSION, 30, 8);
      index.upsert(LongStream.range(0, 1600).toArray(), vectors);
      awaitLatch(begun);
      index.upsert(LongStream.range(2000, 3600).toArray(), vectors);
      changed.countDown();
      awaitIdle(index);
      assertThat(index.status().generation()).isEqualTo(2);
      assertThat(index.status().delta()).isZero();
      assertThat(index.size()).isEqualTo(SIZE + 3200);
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneItemChangedForEver_takesNoMoreMemoryThanAFewRows() {
    try (LiveIndex index = live("exact", Duration.ZERO)) {
      float[] vector = row(QUERIES, 0);
      int most = 0;
      for (int change = 0; change < 400_000; change++) {
        vector[0] = change;
        index.upsert(new long[] {IDS[7]}, vector);
        if (change % 7 == 0) {
          index.delete(IDS[7], IDS[8]);
        }
        if (change % 5 == 0) {
          index.upsert(new long[] {IDS[8], 1}, new float[2 * DIMENSION]);
        }
        most = Math.max(most, index.open().delta().room());
      }
      assertThat(most).isLessThan(300);
      assertThat(index.status().generation()).as("nothing to rebuild for").isZero();
      AnnResult found =
          index.search(
              new float[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, AnnSearch.top(1));
      assertThat(found.ids()).containsExactly(IDS[7]);
      assertThat(found.scores()[0]).isEqualTo(399_999);
    }
  }

  @Test
  void manyItemsDeletedAndRestored_roomFollowsWhatLives() {
    Random random = new Random(4);
    LiveIndexConfig config = new LiveIndexConfig("exact", FaissBuild.DEFAULT, 1, Duration.ZERO);
    try (LiveIndex index =
        LiveIndex.over(ExactIndex.of(VECTORS, DIMENSION, IDS), VECTORS, config)) {
      for (int round = 0; round < 3000; round++) {
        int from = random.nextInt(400); // too few changes for a rebuild
        int count = 1 + random.nextInt(40);
        long[] ids = Arrays.copyOfRange(IDS, from, from + count);
        index.delete(ids);
        assertThat(index.missing(ids)).containsExactly(ids);
        index.upsert(
            ids, Arrays.copyOfRange(VECTORS, from * DIMENSION, (from + count) * DIMENSION));
        assertThat(index.missing(ids)).isEmpty();
        assertThat(index.open().delta().room())
            .as("seed 4, round %d", round)
            .isLessThan(4 * index.status().delta() + 300);
      }
      assertThat(index.size()).isEqualTo(SIZE);
    }
  }

  @Test
  void rebuild_ofAnEmptyIndex_isDoneAtOnce() throws Exception {
    try (LiveIndex index = live("Flat", Duration.ZERO)) {
      index.delete(IDS);
      assertThat(index.rebuild().get(60, TimeUnit.SECONDS)).isEqualTo(index.status().generation());
      index.upsert(new long[] {5}, row(VECTORS, 0));
      assertThat(index.rebuild().get(60, TimeUnit.SECONDS)).isPositive();
      assertThat(index.status().delta()).isZero();
    }
  }

  @Test
  void rebuild_thatFails_isNotTriedWithEveryFurtherChange() {
    AtomicLong now = new AtomicLong();
    AtomicInteger tries = new AtomicInteger();
    AtomicBoolean broken = new AtomicBoolean(true);
    LiveIndexConfig config = new LiveIndexConfig("exact", FaissBuild.DEFAULT, 0.2, Duration.ZERO);
    Generation first =
        Generation.first(
            ExactIndex.of(VECTORS, DIMENSION, IDS), VectorTable.of(VECTORS, DIMENSION));
    try (LiveIndex index =
        new LiveIndex(
            config,
            first,
            alive -> {
              tries.incrementAndGet();
              if (broken.get()) {
                throw new OutOfMemoryError("a try");
              }
              return alive.index(config);
            },
            now::get,
            Background.threads(2))) {
      index.upsert(
          LongStream.range(0, 1100).toArray(), TestVectors.clustered(1100, DIMENSION, 30, 8));
      awaitIdle(index);
      for (int change = 0; change < 500; change++) {
        index.upsert(new long[] {change}, row(VECTORS, change));
        awaitIdle(index);
      }
      assertThat(tries).hasValue(1);
      assertThat(index.rebuild()).failsWithin(Duration.ofMinutes(1));
      assertThat(tries).as("whoever asks gets a try").hasValue(2);

      broken.set(false);
      now.addAndGet(TimeUnit.MINUTES.toNanos(1));
      index.upsert(new long[] {3}, row(VECTORS, 3));
      awaitIdle(index);
      assertThat(index.status().generation()).isEqualTo(1);
    }
  }

  @Test
  void rebuild_noThreadForIt_failsAndLeavesTheNextOneItsTurn() {
    LiveIndexConfig config = new LiveIndexConfig("exact", FaissBuild.DEFAULT, 1, Duration.ZERO);
    Generation first =
        Generation.first(
            ExactIndex.of(VECTORS, DIMENSION, IDS), VectorTable.of(VECTORS, DIMENSION));
    AtomicBoolean full = new AtomicBoolean(true);
    ThreadFactory threads =
        task -> {
          if (full.get()) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          return new Thread(task);
        };
    try (LiveIndex index =
        new LiveIndex(
            config,
            first,
            alive -> alive.index(config),
            System::nanoTime,
            Executors.newFixedThreadPool(1, threads))) {
      assertThat(index.rebuild())
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(OutOfMemoryError.class);
      assertThat(index.status().rebuilding()).isFalse();
      full.set(false);
      assertThat(index.rebuild()).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(1L);
    }
  }

  private static void awaitIdle(LiveIndex index) {
    while (index.status().rebuilding()) {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      Thread.onSpinWait();
    }
  }

  @Test
  void rebuilds_shareTheVectorsThatTheyWereBegunWith() throws Exception {
    FloatBuffer offHeap =
        ByteBuffer.allocateDirect(VECTORS.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(VECTORS)
            .flip();
    LiveIndexConfig config = new LiveIndexConfig("exact", FaissBuild.DEFAULT, 1, Duration.ZERO);
    VectorTable table = VectorTable.of(offHeap, DIMENSION);
    try (LiveIndex index = LiveIndex.over(ExactIndex.over(table, IDS), table, config)) {
      Map<Long, float[]> model = new TreeMap<>();
      for (int i = 0; i < SIZE; i++) {
        model.put(IDS[i], row(VECTORS, i));
      }
      for (int round = 0; round < 5; round++) {
        for (int change = 0; change < 10; change++) {
          int at = round * 100 + change;
          index.delete(IDS[at]);
          index.upsert(new long[] {IDS[at]}, row(VECTORS, at)); // the same vector again
          index.upsert(new long[] {at}, row(VECTORS, at + 1)); // a new item
          model.put((long) at, row(VECTORS, at + 1));
          index.delete(IDS[at + 50]);
          model.remove(IDS[at + 50]);
        }
        index.rebuild().get(60, TimeUnit.SECONDS);
        AnnResult found = index.search(QUERIES, 20, AnnSearch.top(30));
        try (ExactIndex fresh = exact(model)) {
          assertThat(found.ids()).isEqualTo(fresh.search(QUERIES, 20, AnnSearch.top(30)).ids());
        }
        assertThat(index.open().main().vectors().ownFloats())
            .isEqualTo(10 * (round + 1) * DIMENSION);
      }
    }
  }

  @Test
  void watchedQueries_giveARecall() {
    try (LiveIndex index = live("Flat", Duration.ofNanos(1))) {
      assertThat(index.status().recall()).isNaN();
      while (index.status().watched() < 5) {
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        index.search(QUERIES, 20, AnnSearch.top(10));
      }
      assertThat(index.status().recall()).isEqualTo(1);
    }
  }

  @Test
  void recall_ofHalf_isAHalf() {
    AnnResult exact = new AnnResult(1, 4, new long[] {1, 2, 3, 4}, new float[4]);
    AnnResult found = new AnnResult(1, 4, new long[] {1, 9, 3, -1}, new float[4]);
    assertThat(RecallWatch.recall(found, exact)).isEqualTo(0.5);
  }

  @Test
  void misuse_isRefused() {
    LiveIndex index = live("exact", Duration.ZERO);
    assertThatThrownBy(() -> index.upsert(new long[] {1}, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension 16 expected, got 3");
    assertThatThrownBy(() -> index.upsert(new long[] {-1}, new float[DIMENSION]))
        .isInstanceOf(IllegalArgumentException.class);
    float[] broken = new float[DIMENSION];
    broken[3] = Float.NaN;
    assertThatThrownBy(() -> index.upsert(new long[] {1}, broken))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(index.size()).isEqualTo(SIZE);
    index.close();
    index.close();
    assertThatThrownBy(() -> index.search(QUERIES, 20, AnnSearch.top(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("an open index expected, got a closed one");
  }
}
