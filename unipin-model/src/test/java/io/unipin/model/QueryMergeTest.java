package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QueryMergeTest {
  @Test
  void merge_shares_areKept() {
    long[][] found = {{1, 2, 3, 4, 5, 6, 7, 8}, {11, 12, 13, 14, 15}, {21, 22, 23, 24, 25}};
    long[] merged = QueryMerge.merge(found, new double[] {2, 1, 1}, 8);
    assertThat(merged).containsExactlyInAnyOrder(1, 2, 3, 4, 11, 12, 21, 22);
  }

  @Test
  void merge_itemsOfTwoQueries_comeOnce() {
    long[][] found = {{1, 2, 3}, {2, 1, 4}};
    assertThat(QueryMerge.merge(found, new double[] {1, 1}, 4))
        .containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void merge_queryWithLittleToGive_leavesTheRest() {
    long[][] found = {{1}, {2, 3, 4, 5}, {}};
    assertThat(QueryMerge.merge(found, new double[] {10, 1, 5}, 4))
        .containsExactlyInAnyOrder(1, 2, 3, 4);
    assertThat(QueryMerge.merge(found, new double[] {10, 1, 5}, 9)).hasSize(5);
  }

  @Test
  void merge_oneQuery_isItsOwnList() {
    assertThat(QueryMerge.merge(new long[][] {{5, 3, 9}}, new double[] {1}, 2))
        .containsExactly(5, 3);
  }

  @Test
  void merge_randomIds_areDistinct() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      long[] ids = random.longs(1 + random.nextInt(60)).toArray();
      long[] found =
          random.ints(random.nextInt(90), 0, ids.length).mapToLong(i -> ids[i]).toArray();
      int count = random.nextInt(70);
      assertThat(QueryMerge.merge(new long[][] {found}, new double[] {1}, count))
          .containsExactly(Arrays.stream(found).distinct().limit(count).toArray());
      long[] merged = QueryMerge.merge(new long[][] {found, ids}, new double[] {1, 1}, count);
      assertThat(merged).doesNotHaveDuplicates().hasSize(Math.min(count, distinct(ids)));
    }
  }

  private static int distinct(long[] ids) {
    return (int) Arrays.stream(ids).distinct().count();
  }

  @Test
  void distinct_nearlyTheSameQuery_givesItsShareToTheFirst() {
    float[] queries = {1, 0, 0.9999f, 0.01f, 0, 1};
    double[] shares = {0.25, 0.5, 0.25};
    assertThat(QueryMerge.distinct(queries, shares)).containsExactly(0, 2);
    assertThat(shares).containsExactly(0.75, 0, 0.25);
    assertThat(Arrays.stream(shares).sum()).isEqualTo(1);
  }
}
