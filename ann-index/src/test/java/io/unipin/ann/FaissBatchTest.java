package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaissBatchTest {
  private static final int DIMENSION = 24;
  private static final int QUERIES = 13;
  private static final int K = 9;
  private static final float[] VECTORS = TestVectors.clustered(900, DIMENSION, 20, 2);
  private static final long[] IDS = TestVectors.ids(900);
  private static final float[] ASKED = TestVectors.clustered(QUERIES, DIMENSION, 20, 3);

  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW16", "IVF16,Flat", "IVF16,SQ8", "SQ8", "SQfp16"})
  void search_batchOrSingle_givesTheSame(String factory) {
    List<ItemFilter> filters =
        List.of(
            ItemFilter.NONE,
            ItemFilter.excluding(Arrays.copyOf(IDS, 300)),
            ItemFilter.allowing(Arrays.copyOf(IDS, 5)));
    try (FaissIndex index =
        FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      for (ItemFilter filter : filters) {
        AnnSearch search = new AnnSearch(K, 32, filter);
        AnnResult batch = index.search(ASKED, QUERIES, search);
        for (int query = 0; query < QUERIES; query++) {
          float[] one = Arrays.copyOfRange(ASKED, query * DIMENSION, (query + 1) * DIMENSION);
          AnnResult single = index.search(one, 1, search);
          assertThat(single.ids())
              .isEqualTo(Arrays.copyOfRange(batch.ids(), query * K, query * K + K));
          assertThat(single.scores())
              .isEqualTo(Arrays.copyOfRange(batch.scores(), query * K, query * K + K));
        }
      }
    }
  }

  @Test
  void search_filterUsedBefore_allocatesOnlyTheResult() {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    AnnSearch search = new AnnSearch(K, 32, ItemFilter.excluding(Arrays.copyOf(IDS, 300)));
    try (FaissIndex index =
        FaissIndex.build("HNSW16", VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      int calls = 1000;
      long before = 0;
      for (int call = 0; call < 2 * calls; call++) {
        before = call == calls ? thread.getCurrentThreadAllocatedBytes() : before;
        assertThatFound(index.search(ASKED, QUERIES, search));
      }
      long bytes = thread.getCurrentThreadAllocatedBytes() - before;
      int ordinalsAndScores = QUERIES * K * (Integer.BYTES + Float.BYTES);
      int idsAndScores = QUERIES * K * (Long.BYTES + Float.BYTES);
      // The 200 bytes leave room for the headers of arrays, and for the counter that a read lock
      // sometimes allocates for a thread.
      assertThat(bytes).isLessThan(calls * (ordinalsAndScores + idsAndScores + 200L));
    }
  }

  private static void assertThatFound(AnnResult result) {
    if (result.ids()[0] == AnnResult.NO_ID) {
      throw new AssertionError("an item expected, got none");
    }
  }
}
