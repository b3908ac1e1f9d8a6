package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DeltaTest {
  private static final int DIMENSION = 3;

  private static float[] vectors(Random random, int count) {
    float[] vectors = new float[count * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = random.nextInt(9) - 4; // products of small whole numbers are exact
    }
    return vectors;
  }

  private static void assertHolds(Delta delta, Map<Long, float[]> expected) {
    assertThat(delta.size()).isEqualTo(expected.size());
    Map<Long, float[]> found = new HashMap<>();
    delta.forEach(
        (id, rows, offset) -> {
          float[] row = {rows[offset], rows[offset + 1], rows[offset + 2]};
          assertThat(found.put(id, row)).as("id %s once", id).isNull();
        });
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, row) -> assertThat(found.get(id)).isEqualTo(row));
    for (long id = 0; id < 40; id++) {
      assertThat(delta.holds(id)).isEqualTo(expected.containsKey(id));
    }
  }

  @Test
  void with_andWithout_equalAMap() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Delta delta = Delta.empty(DIMENSION);
      Map<Long, float[]> expected = new HashMap<>();
      for (int step = 0; step < 60; step++) {
        long[] ids = random.longs(1 + random.nextInt(12), 0, 40).distinct().toArray();
        if (random.nextInt(3) > 0) {
          float[] vectors = vectors(random, ids.length);
          delta = delta.with(ids, vectors);
          for (int i = 0; i < ids.length; i++) {
            float[] row = new float[DIMENSION];
            System.arraycopy(vectors, i * DIMENSION, row, 0, DIMENSION);
            expected.put(ids[i], row);
          }
        } else {
          delta = delta.without(ids);
          for (long id : ids) {
            expected.remove(id);
          }
        }
        assertHolds(delta, expected);
        checkRows(delta, expected);
        checkScores(delta, expected, random);
        assertThat(delta.room()).isLessThan(300);
      }
    }
  }

  /** Looks up 1 to 40 ids. {@link Delta} seeks a few ids one by one, but sorts many ids first. */
  private static void checkRows(Delta delta, Map<Long, float[]> expected) {
    for (int count : new int[] {1, 8, 9, 40}) {
      long[] wanted = LongStream.range(40 - count, 40).toArray();
      int[] rows = delta.rows(wanted);
      float[] copied = new float[1 + DIMENSION];
      for (int i = 0; i < count; i++) {
        float[] row = expected.get(wanted[i]);
        assertThat(rows[i] >= 0).isEqualTo(row != null);
        if (row != null) {
          delta.copy(rows[i], copied, 1);
          assertThat(copied).containsExactly(0, row[0], row[1], row[2]);
        }
      }
    }
  }

  private static void checkScores(Delta delta, Map<Long, float[]> expected, Random random) {
    float[] queries = vectors(random, 2);
    ItemFilter filter = ItemFilter.excluding(3, 4, 5);
    TopK best = new TopK(5);
    delta.score(queries, 1, filter, best);
    TopK naive = new TopK(5);
    expected.forEach(
        (id, row) -> {
          if (filter.passes(id)) {
            naive.offer(id, 0f + row[0] * queries[3] + row[1] * queries[4] + row[2] * queries[5]);
          }
        });
    long[][] ids = new long[2][5];
    float[][] scores = new float[2][5];
    best.drain(ids[0], scores[0], 0, 5);
    naive.drain(ids[1], scores[1], 0, 5);
    assertThat(ids[0]).isEqualTo(ids[1]);
    assertThat(scores[0]).isEqualTo(scores[1]);
  }

  @Test
  void without_idsThatItDoesNotHold_isTheSame() {
    Delta delta = Delta.empty(DIMENSION).with(new long[] {1}, new float[] {1, 2, 3});
    assertThat(delta.without(new long[] {2, 3})).isSameAs(delta);
    assertThat(delta.without(new long[] {1}).size()).isZero();
    assertThat(delta.size()).as("is another object").isEqualTo(1);
  }

  @Test
  void room_ofOneItemReplacedForEver_staysThatOfAFewRows() {
    Delta delta = Delta.empty(DIMENSION);
    assertThat(delta.room()).isZero();
    for (int i = 0; i < 1000; i++) {
      delta = delta.with(new long[] {7}, new float[] {i, 0, 0});
      assertThat(delta.room()).isBetween(64, 200);
    }
    assertThat(delta.size()).isEqualTo(1);
  }

  @Test
  void room_afterMostWentAway_shrinks() {
    long[] ids = LongStream.range(0, 1000).toArray();
    Delta delta = Delta.empty(DIMENSION).with(ids, vectors(new Random(1), 1000));
    assertThat(delta.room()).isEqualTo(1500);
    delta = delta.without(LongStream.range(0, 532).toArray());
    assertThat(delta.room()).as("532 dead of 1000 are not 64 more than live").isEqualTo(1500);
    delta = delta.without(new long[] {532});
    assertThat(delta.room()).as("533 are").isEqualTo(467 + 233);
    assertThat(delta.size()).isEqualTo(467);
  }
}
