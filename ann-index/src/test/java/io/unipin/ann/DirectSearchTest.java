package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectSearchTest {
  private static final int DIMENSION = 24;
  private static final int QUERIES = 13;
  private static final float[] VECTORS = TestVectors.clustered(900, DIMENSION, 20, 2);
  private static final long[] IDS = TestVectors.ids(900);
  private static final float[] ASKED = TestVectors.clustered(QUERIES, DIMENSION, 20, 3);

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW16", "IVF16,SQ8", "SQfp16"})
  void search_betweenBuffers_equalsArrays(String factory) {
    List<ItemFilter> filters =
        List.of(
            ItemFilter.NONE,
            ItemFilter.excluding(Arrays.copyOf(IDS, 300)),
            ItemFilter.allowing(Arrays.copyOf(IDS, 5)));
    FloatBuffer queries = direct(4 * (3 + ASKED.length)).asFloatBuffer().position(3);
    queries.duplicate().put(ASKED);
    try (FaissIndex index =
        FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      for (ItemFilter filter : filters) {
        AnnSearch search = new AnnSearch(9, 32, filter);
        LongBuffer ids = direct(8 * (1 + 9 * QUERIES)).asLongBuffer().position(1);
        FloatBuffer scores = direct(4 * (2 + 9 * QUERIES)).asFloatBuffer().position(2);
        index.search(queries, QUERIES, search, ids, scores);
        AnnResult expected = index.search(ASKED, QUERIES, search);
        long[] foundIds = new long[9 * QUERIES];
        ids.get(foundIds);
        float[] foundScores = new float[9 * QUERIES];
        scores.get(foundScores);
        assertThat(foundIds).isEqualTo(expected.ids());
        assertThat(foundScores).isEqualTo(expected.scores());
      }
    }
  }

  @Test
  void search_betweenBuffers_allocatesNothing() {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FloatBuffer queries = direct(4 * ASKED.length).asFloatBuffer();
    queries.duplicate().put(ASKED);
    LongBuffer ids = direct(8 * 9 * QUERIES).asLongBuffer();
    FloatBuffer scores = direct(4 * 9 * QUERIES).asFloatBuffer();
    AnnSearch search = new AnnSearch(9, 32, ItemFilter.excluding(Arrays.copyOf(IDS, 300)));
    try (FaissIndex index =
        FaissIndex.build("HNSW16", VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      int calls = 1000;
      long before = 0;
      for (int call = 0; call < 2 * calls; call++) {
        before = call == calls ? thread.getCurrentThreadAllocatedBytes() : before;
        index.search(queries, QUERIES, search, ids, scores);
      }
      long bytes = thread.getCurrentThreadAllocatedBytes() - before;
      // A shared lock sometimes counts its readers in an object of the thread.
      assertThat(bytes).isLessThan(8L * calls);
    }
  }

  @Test
  void search_batchOrSingle_givesTheSame() {
    for (String factory : List.of("Flat", "HNSW16", "IVF16,Flat", "SQ8")) {
      try (FaissIndex index =
          FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
        AnnResult batch = index.search(ASKED, QUERIES, AnnSearch.top(7));
        for (int query = 0; query < QUERIES; query++) {
          float[] one = Arrays.copyOfRange(ASKED, query * DIMENSION, (query + 1) * DIMENSION);
          AnnResult single = index.search(one, 1, AnnSearch.top(7));
          assertThat(single.ids())
              .isEqualTo(Arrays.copyOfRange(batch.ids(), query * 7, query * 7 + 7));
          assertThat(single.scores())
              .isEqualTo(Arrays.copyOfRange(batch.scores(), query * 7, query * 7 + 7));
        }
      }
    }
  }

  @Test
  void search_unfitBuffers_areRefused() {
    FloatBuffer queries = direct(4 * DIMENSION).asFloatBuffer();
    LongBuffer ids = direct(8 * 5).asLongBuffer();
    FloatBuffer scores = direct(4 * 5).asFloatBuffer();
    try (FaissIndex index = FaissIndex.build("Flat", VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      AnnSearch search = AnnSearch.top(5);
      assertThatThrownBy(() -> index.search(FloatBuffer.allocate(99), 1, search, ids, scores))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("queries: a direct buffer of native byte order expected");
      assertThatThrownBy(() -> index.search(queries, 2, search, ids, scores))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("queries: 48 elements expected, got 24");
      assertThatThrownBy(() -> index.search(queries, 1, AnnSearch.top(6), ids, scores))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("ids: 6 elements expected, got 5");
    }
  }

  @Test
  void filters_joined_passWhatBothPass() {
    ItemFilter both =
        ItemFilter.excluding(Arrays.copyOf(IDS, 100))
            .and(ItemFilter.allowing(Arrays.copyOfRange(IDS, 50, 150)))
            .and(ItemFilter.NONE);
    assertThat(Arrays.stream(IDS).filter(both::passes))
        .containsExactly(Arrays.stream(IDS, 100, 150).boxed().toArray(Long[]::new));
    IdTable table = IdTable.of(IDS);
    assertThat(both.over(table).passing()).isEqualTo(50);
    assertThat(both.over(table)).isSameAs(both.over(table));
    assertThat(ItemFilter.excluding(IDS).over(IdTable.of(IDS)).passing()).isZero();
  }
}
