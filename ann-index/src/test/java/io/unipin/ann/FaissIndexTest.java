package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaissIndexTest {
  private static final int DIMENSION = 64;
  private static final int SIZE = 6000;
  private static final int QUERIES = 50;
  private static final float[] VECTORS = TestVectors.clustered(SIZE, DIMENSION, 100, 2);
  private static final long[] IDS = TestVectors.ids(SIZE);
  private static final float[] QUESTIONS = TestVectors.clustered(QUERIES, DIMENSION, 100, 3);
  private static final ExactIndex EXACT = ExactIndex.of(VECTORS, DIMENSION, IDS);

  private static FaissIndex build(String factory) {
    return FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT);
  }

  private static AnnSearch search(int k, int breadth) {
    return new AnnSearch(k, breadth, ItemFilter.NONE);
  }

  /**
   * Checks that the scores agree at every rank. The ids must agree as well, except at ranks whose
   * neighbours have nearly the same score.
   */
  private static void assertSame(AnnResult expected, AnnResult found) {
    for (int cell = 0; cell < expected.ids().length; cell++) {
      if (expected.ids()[cell] == AnnResult.NO_ID) {
        assertThat(found.ids()[cell]).isEqualTo(AnnResult.NO_ID);
        assertThat(found.scores()[cell]).isEqualTo(Float.NEGATIVE_INFINITY);
        continue;
      }
      float score = expected.scores()[cell];
      assertThat(found.scores()[cell]).isCloseTo(score, within(1e-5f));
      int row = cell / expected.k() * expected.k();
      boolean alone =
          cell + 1 < row + expected.k()
              && score - expected.scores()[cell + 1] > 2e-5f
              && (cell == row || expected.scores()[cell - 1] - score > 2e-5f);
      if (alone) {
        assertThat(found.ids()[cell]).isEqualTo(expected.ids()[cell]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,10", "50,10", "50,300", "3,6000"})
  void search_flat_equalsExact(int queryCount, int k) {
    float[] queries = Arrays.copyOf(QUESTIONS, queryCount * DIMENSION);
    try (FaissIndex index = build("Flat")) {
      assertSame(
          EXACT.search(queries, queryCount, search(k, 0)),
          index.search(queries, queryCount, search(k, 0)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 15, 17, 31, 33, 100})
  void search_flatOfAnyDimension_equalsExact(int dimension) {
    float[] vectors = TestVectors.clustered(300, dimension, 10, 2);
    float[] queries = TestVectors.clustered(5, dimension, 10, 3);
    long[] ids = TestVectors.ids(300);
    try (FaissIndex index = FaissIndex.build("Flat", vectors, dimension, ids, FaissBuild.DEFAULT)) {
      AnnResult expected = ExactIndex.of(vectors, dimension, ids).search(queries, 5, search(10, 0));
      assertSame(expected, index.search(queries, 5, search(10, 0)));
    }
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "HNSW32, 64, 0.99",
    "HNSW16, 32, 0.97",
    "'HNSW32,SQ8', 64, 0.95",
    "'IVF64,Flat', 16, 0.95",
    "'IVF64,SQ8', 16, 0.93",
    "'IVF64_HNSW32,Flat', 16, 0.95",
    "'SQ8', 0, 0.97",
    "'PCA32,IVF64,Flat', 64, 0.4",
    "'IVF64,PQ16x4,RFlat', 32, 0.7",
    "'PQ16x8', 0, 0.4",
  })
  void search_approximate_recallIsAboveItsBound(String factory, int breadth, double bound) {
    try (FaissIndex index = build(factory)) {
      assertThat(index.description()).isEqualTo(factory);
      AnnResult found = index.search(QUESTIONS, QUERIES, search(10, breadth));
      double recall = TestVectors.recall(EXACT.search(QUESTIONS, QUERIES, search(10, 0)), found);
      assertThat(recall).as(factory).isGreaterThanOrEqualTo(bound);
    }
  }

  @ParameterizedTest
  @CsvSource({"HNSW8, 1, 64", "'IVF256,Flat', 1, 128"})
  void search_wider_raisesRecallOfThisCallAlone(String factory, int narrow, int wide) {
    AnnResult expected = EXACT.search(QUESTIONS, QUERIES, search(1, 0));
    try (FaissIndex index = build(factory)) {
      AnnResult before = index.search(QUESTIONS, QUERIES, search(1, narrow));
      AnnResult wider = index.search(QUESTIONS, QUERIES, search(1, wide));
      AnnResult after = index.search(QUESTIONS, QUERIES, search(1, narrow));
      assertThat(TestVectors.recall(expected, wider))
          .isGreaterThan(TestVectors.recall(expected, before));
      assertThat(TestVectors.recall(expected, wider)).isGreaterThanOrEqualTo(0.98);
      assertThat(after.ids()).isEqualTo(before.ids());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Flat",
        "SQfp16",
        "HNSW32",
        "HNSW32,SQfp16",
        "IVF64,Flat",
        "PCA64,HNSW16",
        "IVF64,PQ16x4,RFlat",
        "PQ16x4"
      })
  void search_filtered_findsOnlyWhatPassesAndAsManyAsThereAre(String factory) {
    long[] best = EXACT.search(QUESTIONS, QUERIES, search(5, 0)).ids();
    long[] oddHalf = Arrays.stream(IDS).filter(id -> id % 2 == 1).toArray();
    List<ItemFilter> filters =
        List.of(
            ItemFilter.excluding(best),
            ItemFilter.allowing(oddHalf),
            ItemFilter.excluding(oddHalf),
            ItemFilter.allowing(Arrays.copyOf(IDS, 30)),
            ItemFilter.allowing(Arrays.copyOf(IDS, 7)),
            ItemFilter.allowing(1, 2, 3),
            ItemFilter.excluding(IDS));
    try (FaissIndex index = build(factory)) {
      for (ItemFilter filter : filters) {
        AnnSearch search = new AnnSearch(20, 0, filter);
        AnnResult expected = EXACT.search(QUESTIONS, QUERIES, search);
        AnnResult found = index.search(QUESTIONS, QUERIES, search);
        for (int query = 0; query < QUERIES; query++) {
          assertThat(found.found(query)).isEqualTo(expected.found(query));
          for (int rank = 0; rank < found.found(query); rank++) {
            assertThat(filter.passes(found.ids()[query * 20 + rank])).isTrue();
          }
        }
        if (expected.found(0) > 0 && !factory.contains("PQ")) {
          assertThat(TestVectors.recall(expected, found)).isGreaterThanOrEqualTo(0.8);
        }
      }
    }
  }

  @Test
  void search_graphWithHalfTheItemsExcluded_keepsItsRecall() {
    long[] oddHalf = Arrays.stream(IDS).filter(id -> id % 2 == 1).toArray();
    AnnSearch search = new AnnSearch(10, 32, ItemFilter.allowing(oddHalf));
    try (FaissIndex index = build("HNSW32")) {
      double recall =
          TestVectors.recall(
              EXACT.search(QUESTIONS, QUERIES, search), index.search(QUESTIONS, QUERIES, search));
      assertThat(recall).isGreaterThanOrEqualTo(0.97);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW32", "IVF4,Flat", "SQ8"})
  void search_moreThanThereIs_findsAllAndPads(String factory) {
    float[] vectors = TestVectors.clustered(40, DIMENSION, 100, 2);
    long[] ids = TestVectors.ids(40);
    try (FaissIndex index =
        FaissIndex.build(factory, vectors, DIMENSION, ids, FaissBuild.DEFAULT)) {
      AnnResult found = index.search(QUESTIONS, QUERIES, search(50, 0));
      for (int query = 0; query < QUERIES; query++) {
        assertThat(found.found(query)).isEqualTo(40);
        assertThat(Arrays.copyOfRange(found.ids(), query * 50, query * 50 + 40))
            .containsExactlyInAnyOrder(ids);
      }
      assertThat(found.scores()[49]).isEqualTo(Float.NEGATIVE_INFINITY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW16"})
  void search_noItemsOrNoQueries_isEmpty(String factory) {
    try (FaissIndex none =
        FaissIndex.build(factory, new float[0], 4, new long[0], FaissBuild.DEFAULT)) {
      assertThat(none.search(new float[4], 1, AnnSearch.top(2)).ids()).containsExactly(-1, -1);
    }
    try (FaissIndex index = build(factory)) {
      assertThat(index.search(new float[0], 0, AnnSearch.top(2)).ids()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW32", "IVF1,Flat"})
  void search_equalScores_smallerIdFirst(String factory) {
    float[] vectors = {1, 1, 2, 1, 1};
    long[] ids = {9, 3, 5, 7, Long.MIN_VALUE};
    try (FaissIndex index = FaissIndex.build(factory, vectors, 1, ids, FaissBuild.DEFAULT)) {
      AnnResult result = index.search(new float[] {1}, 1, AnnSearch.top(5));
      assertThat(result.ids()).containsExactly(5, Long.MIN_VALUE, 3, 7, 9);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HNSW32", "IVF64,Flat", "IVF64,PQ16x4"})
  void build_sameSeed_sameAnswers(String factory) {
    try (FaissIndex first = build(factory);
        FaissIndex second = build(factory)) {
      assertThat(second.search(QUESTIONS, QUERIES, search(10, 4)).ids())
          .isEqualTo(first.search(QUESTIONS, QUERIES, search(10, 4)).ids());
    }
  }

  @Test
  void build_twoThreads_recallIsAboveItsBound() {
    try (FaissIndex index =
        FaissIndex.build("HNSW32", VECTORS, DIMENSION, IDS, new FaissBuild(5, 2))) {
      AnnResult found = index.search(QUESTIONS, QUERIES, search(10, 64));
      assertThat(TestVectors.recall(EXACT.search(QUESTIONS, QUERIES, search(10, 0)), found))
          .isGreaterThanOrEqualTo(0.99);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW32", "IVF64,Flat", "SQ8"})
  void build_thatYields_findsAsMuch(String factory) {
    AnnResult exact = EXACT.search(QUESTIONS, QUERIES, search(10, 0));
    try (FaissIndex usual = build(factory);
        FaissIndex yielding =
            FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.BESIDE_OTHERS)) {
      double expected = TestVectors.recall(exact, usual.search(QUESTIONS, QUERIES, search(10, 64)));
      AnnResult found = yielding.search(QUESTIONS, QUERIES, search(10, 64));
      assertThat(yielding.size()).isEqualTo(IDS.length);
      assertThat(TestVectors.recall(exact, found)).isGreaterThan(expected - 0.01);
    }
  }

  /** Looks for a thread of this process with the scheduling policy SCHED_IDLE. */
  @Test
  void build_thatYields_takesIdleTime() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<FaissIndex> build =
          pool.submit(
              () -> FaissIndex.build("HNSW32", VECTORS, DIMENSION, IDS, FaissBuild.BESIDE_OTHERS));
      boolean seen = false;
      while (!seen && !build.isDone()) {
        seen = hasIdleThread();
      }
      build.get().close();
      assertThat(seen).isTrue();
      assertThat(hasIdleThread()).as("no Java thread keeps the policy").isFalse();
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean hasIdleThread() throws IOException {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if (policy(thread).equals("5")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns the number of a thread's scheduling policy; empty if the thread has ended. */
  private static String policy(Path thread) {
    int field = 41; // the policy; see proc_pid_stat(5). Only field 2, the name, may contain spaces.
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[field - 3];
    } catch (IOException e) {
      return "";
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Foo, Foo",
    "LSH, METRIC_L2",
    "'', factory string",
    "'IVF9000,Flat', 9000",
    "'HNSW16,PQ8', inner product",
    "'IVF64,PQ16x4fs', fast-scan",
    "'PQ7', PQ7",
  })
  void build_notPossible_namesTheFactory(String factory, String reason) {
    assertThatThrownBy(() -> build(factory))
        .isInstanceOf(AnnException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining(".cpp")
        .hasMessageNotContaining("\n");
  }

  @Test
  void build_badArguments_namesThem() {
    assertThatThrownBy(
            () ->
                FaissIndex.build("Flat", new float[64], 64, new long[] {1, 2}, FaissBuild.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension 64 expected, got 32");
    assertThatThrownBy(
            () -> FaissIndex.build("Flat", new float[2], 1, new long[] {2, 2}, FaissBuild.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("distinct ids expected, got 2 twice");
    assertThatThrownBy(() -> new FaissBuild(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void search_badArguments_namesThem() {
    try (FaissIndex index = build("Flat")) {
      float[] broken = new float[DIMENSION];
      broken[7] = Float.NaN;
      assertThatThrownBy(() -> index.search(broken, 1, AnnSearch.top(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("finite queries expected, got NaN in row 0, component 7");
      assertThatThrownBy(() -> index.search(new float[32], 1, AnnSearch.top(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("dimension 64 expected, got 32");
      assertThatThrownBy(() -> index.search(QUESTIONS, -1, AnnSearch.top(1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> index.search(QUESTIONS, QUERIES, AnnSearch.top(Integer.MAX_VALUE)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW32", "IVF64,Flat"})
  @Timeout(60)
  void search_manyThreads_sameResults(String factory)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (FaissIndex index = build(factory)) {
      List<AnnSearch> searches =
          List.of(
              new AnnSearch(10, 0, ItemFilter.NONE),
              new AnnSearch(10, 3, ItemFilter.excluding(Arrays.copyOf(IDS, 100))),
              new AnnSearch(30, 40, ItemFilter.allowing(Arrays.copyOf(IDS, 3000))));
      List<AnnResult> expected =
          searches.stream().map(search -> index.search(QUESTIONS, QUERIES, search)).toList();
      List<Future<?>> runs = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread;
        runs.add(
            pool.submit(
                () -> {
                  for (int i = first; i < first + 12; i++) {
                    AnnResult found = index.search(QUESTIONS, QUERIES, searches.get(i % 3));
                    assertThat(found.ids()).isEqualTo(expected.get(i % 3).ids());
                    assertThat(found.scores()).isEqualTo(expected.get(i % 3).scores());
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  @Timeout(60)
  void close_underSearch_waitsAndThenRefuses() throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 10; round++) {
        FaissIndex index =
            FaissIndex.build(
                "HNSW8",
                Arrays.copyOf(VECTORS, 500 * DIMENSION),
                DIMENSION,
                Arrays.copyOf(IDS, 500),
                FaissBuild.DEFAULT);
        CountDownLatch searching = new CountDownLatch(3);
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
          runs.add(
              pool.submit(
                  () -> {
                    index.search(QUESTIONS, QUERIES, search(5, 100));
                    searching.countDown();
                    assertThatThrownBy(
                            () -> {
                              for (; ; ) {
                                assertThat(
                                        index.search(QUESTIONS, QUERIES, search(5, 100)).found(0))
                                    .isEqualTo(5);
                              }
                            })
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("an open index expected, got a closed one");
                  }));
        }
        assertThat(searching.await(30, TimeUnit.SECONDS)).isTrue();
        index.close();
        index.close();
        for (Future<?> run : runs) {
          run.get();
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
