package io.unipin.ann;

import java.util.Arrays;

/**
 * The best k of the items offered to it: a binary heap with the worst item at the root. Items are
 * ordered by descending score, then by ascending id.
 *
 * <p>Not thread-safe.
 */
final class TopK {
  private final long[] ids;
  private final float[] scores;
  private int size;

  TopK(int k) {
    ids = new long[k];
    scores = new float[k];
  }

  /** Offers an item. Takes O(1) if the item is not among the best k so far, else O(log k). */
  void offer(long id, float score) {
    if (size < ids.length) {
      siftUp(size++, id, score);
    } else if (ids.length > 0 && better(score, id, scores[0], ids[0])) {
      siftDown(size, id, score);
    }
  }

  /** Returns the lowest score with which an item may still enter. */
  float threshold() {
    return size < ids.length ? Float.NEGATIVE_INFINITY : scores[0];
  }

  /**
   * Moves the heap's items into both arrays, best first. Writes k positions from {@code offset} on.
   * A position without an item gets {@link AnnResult#NO_ID} and negative infinity.
   */
  void drain(long[] outIds, float[] outScores, int offset, int k) {
    Arrays.fill(outIds, offset + size, offset + k, AnnResult.NO_ID);
    Arrays.fill(outScores, offset + size, offset + k, Float.NEGATIVE_INFINITY);
    while (size > 0) {
      int last = --size;
      outIds[offset + last] = ids[0];
      outScores[offset + last] = scores[0];
      siftDown(last, ids[last], scores[last]);
    }
  }

  private void siftUp(int from, long id, float score) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (!better(scores[parent], ids[parent], score, id)) {
        break;
      }
      move(parent, place);
      place = parent;
    }
    ids[place] = id;
    scores[place] = score;
  }

  /**
   * Replaces the root of the heap by an item. The heap consists of the first {@code count} items.
   */
  private void siftDown(int count, long id, float score) {
    int place = 0;
    for (int child = 1; child < count; child = 2 * place + 1) {
      if (child + 1 < count
          && better(scores[child], ids[child], scores[child + 1], ids[child + 1])) {
        child++;
      }
      if (!better(score, id, scores[child], ids[child])) {
        break;
      }
      move(child, place);
      place = child;
    }
    if (count > 0) {
      ids[place] = id;
      scores[place] = score;
    }
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    scores[to] = scores[from];
  }

  private static boolean better(float score, long id, float otherScore, long otherId) {
    return score > otherScore || (score == otherScore && id < otherId);
  }
}
