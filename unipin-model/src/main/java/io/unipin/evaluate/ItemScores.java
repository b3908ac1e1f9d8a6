package io.unipin.evaluate;

import java.util.function.IntToDoubleFunction;

/**
 * Dot products of queries with all items.
 *
 * <p>Item vectors are stored column by column. The inner loop therefore runs over items, and the
 * compiler vectorises this loop. Items are read in blocks, and a block stays in the processor's
 * cache for all queries. Equal items get equal scores. Immutable.
 */
public final class ItemScores {
  private static final int BLOCK = 2048;

  private final int items;
  private final int dim;
  private final float[][] columns;

  /**
   * Copies the vectors of all items.
   *
   * @param vectors (items, dim), row major
   */
  public ItemScores(float[] vectors, int items, int dim) {
    this(vectors, items, dim, item -> 1);
  }

  /**
   * Copies the vectors of all items. Each vector is multiplied by its item's factor.
   *
   * @param vectors (items, dim), row major
   */
  ItemScores(float[] vectors, int items, int dim, IntToDoubleFunction factors) {
    this.items = items;
    this.dim = dim;
    this.columns = new float[dim][items];
    for (int item = 0; item < items; item++) {
      float factor = (float) factors.applyAsDouble(item);
      for (int d = 0; d < dim; d++) {
        columns[d][item] = factor * vectors[item * dim + d];
      }
    }
  }

  int items() {
    return items;
  }

  /**
   * Returns the scores of every query.
   *
   * @param queries one array (dim) per query
   * @return one array (items) of scores per query
   */
  public float[][] of(float[][] queries) {
    float[][] scores = new float[queries.length][items];
    for (int from = 0; from < items; from += BLOCK) {
      int to = Math.min(items, from + BLOCK);
      for (int q = 0; q < queries.length; q++) {
        score(queries[q], scores[q], from, to);
      }
    }
    return scores;
  }

  private void score(float[] query, float[] scores, int from, int to) {
    int d = 0;
    for (; d + 4 <= dim; d += 4) {
      add(query, d, scores, from, to);
    }
    for (; d < dim; d++) {
      float[] column = columns[d];
      float factor = query[d];
      for (int i = from; i < to; i++) {
        scores[i] += factor * column[i];
      }
    }
  }

  private void add(float[] query, int d, float[] scores, int from, int to) {
    float[] column0 = columns[d];
    float[] column1 = columns[d + 1];
    float[] column2 = columns[d + 2];
    float[] column3 = columns[d + 3];
    float factor0 = query[d];
    float factor1 = query[d + 1];
    float factor2 = query[d + 2];
    float factor3 = query[d + 3];
    for (int i = from; i < to; i++) {
      scores[i] +=
          factor0 * column0[i] + factor1 * column1[i] + factor2 * column2[i] + factor3 * column3[i];
    }
  }
}
