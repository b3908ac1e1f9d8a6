package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactIndexTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 64, 100})
  void search_anyDimension_equalsSortingEveryScore(int dimension) {
    int size = 700;
    float[] vectors = TestVectors.clustered(size, dimension, 20, 2);
    long[] ids = TestVectors.ids(size);
    float[] queries = TestVectors.clustered(9, dimension, 20, 3);

    AnnResult result = ExactIndex.of(vectors, dimension, ids).search(queries, 9, AnnSearch.top(13));

    for (int query = 0; query < 9; query++) {
      double[] scores = new double[size];
      for (int row = 0; row < size; row++) {
        for (int i = 0; i < dimension; i++) {
          scores[row] += (double) queries[query * dimension + i] * vectors[row * dimension + i];
        }
      }
      List<Integer> order =
          IntStream.range(0, size)
              .boxed()
              .sorted(Comparator.comparing(row -> -scores[row]))
              .toList();
      for (int rank = 0; rank < 13; rank++) {
        int cell = query * 13 + rank;
        assertThat((double) result.scores()[cell])
            .isCloseTo(scores[order.get(rank)], org.assertj.core.data.Offset.offset(1e-5));
      }
    }
  }

  @Test
  void search_equalScores_smallerIdFirst() {
    try (ExactIndex index =
        ExactIndex.of(new float[] {1, 1, 2, 1, 1}, 1, new long[] {9, 3, 5, 7, 1})) {
      AnnResult result = index.search(new float[] {1}, 1, AnnSearch.top(3));
      assertThat(result.ids()).containsExactly(5, 1, 3);
      assertThat(result.scores()).containsExactly(2, 1, 1);
    }
  }

  @Test
  void search_moreThanThereIs_pads() {
    try (ExactIndex index = ExactIndex.of(new float[] {1, 2}, 1, new long[] {4, 6})) {
      AnnResult result = index.search(new float[] {1, -1}, 2, AnnSearch.top(3));
      assertThat(result.ids()).containsExactly(6, 4, AnnResult.NO_ID, 4, 6, AnnResult.NO_ID);
      assertThat(result.scores())
          .containsExactly(2, 1, Float.NEGATIVE_INFINITY, -1, -2, Float.NEGATIVE_INFINITY);
      assertThat(result.found(0)).isEqualTo(2);
    }
  }

  @Test
  void search_filters_findOnlyWhatPasses() {
    try (ExactIndex index =
        ExactIndex.of(new float[] {1, 2, 3, 4}, 1, new long[] {10, 20, 30, 40})) {
      float[] query = {1};
      assertThat(index.search(query, 1, new AnnSearch(2, 0, ItemFilter.excluding(40, 99))).ids())
          .containsExactly(30, 20);
      assertThat(index.search(query, 1, new AnnSearch(2, 0, ItemFilter.allowing(10, 20, 99))).ids())
          .containsExactly(20, 10);
      assertThat(index.search(query, 1, new AnnSearch(2, 0, ItemFilter.allowing(30))).ids())
          .containsExactly(30, -1);
      assertThat(index.search(query, 1, new AnnSearch(1, 0, ItemFilter.allowing())).ids())
          .containsExactly(-1);
      assertThat(
              index
                  .search(query, 1, new AnnSearch(1, 0, ItemFilter.excluding(10, 20, 30, 40)))
                  .ids())
          .containsExactly(-1);
    }
  }

  @Test
  void search_noItems_pads() {
    try (ExactIndex index = ExactIndex.of(new float[0], 4, new long[0])) {
      assertThat(index.search(new float[4], 1, AnnSearch.top(2)).ids()).containsExactly(-1, -1);
    }
  }

  @Test
  void of_arraysChangedLater_searchesTheOldOnes() {
    float[] vectors = {1, 2};
    long[] ids = {5, 6};
    try (ExactIndex index = ExactIndex.of(vectors, 1, ids)) {
      vectors[0] = 100;
      ids[1] = 7;
      assertThat(index.search(new float[] {1}, 1, AnnSearch.top(1)).ids()).containsExactly(6);
    }
  }

  @Test
  void of_badArguments_namesThem() {
    assertThatThrownBy(() -> ExactIndex.of(new float[2], 1, new long[] {3, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("distinct ids expected, got 3 twice");
    assertThatThrownBy(() -> ExactIndex.of(new float[1], 1, new long[] {-1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> ExactIndex.of(new float[] {0, Float.NaN}, 2, new long[] {3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("finite vectors expected, got NaN in row 0, component 1");
    assertThatThrownBy(() -> ExactIndex.of(new float[64], 64, new long[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dimension 64 expected, got 32");
    assertThatThrownBy(() -> ExactIndex.of(new float[0], 0, new long[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void search_badArguments_namesThem() {
    try (ExactIndex index = ExactIndex.of(new float[64], 64, new long[] {1})) {
      assertThatThrownBy(() -> index.search(new float[32], 1, AnnSearch.top(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("dimension 64 expected, got 32");
      assertThatThrownBy(() -> new AnnSearch(0, 0, ItemFilter.NONE))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new AnnSearch(1, -1, ItemFilter.NONE))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void search_closed_refuses() {
    ExactIndex index = ExactIndex.of(new float[1], 1, new long[] {1});
    index.close();
    index.close();
    assertThatThrownBy(() -> index.search(new float[1], 1, AnnSearch.top(1)))
        .isInstanceOf(IllegalStateException.class);
  }
}
