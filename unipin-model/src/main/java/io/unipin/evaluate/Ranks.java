package io.unipin.evaluate;

import java.util.Arrays;

/** Retrieval metrics that are computed from the rank of one target per user. Immutable. */
public final class Ranks {
  private final int[] ranks;

  /** Copies the ranks (users). The best rank is 1. */
  public Ranks(int[] ranks) {
    this.ranks = ranks.clone();
  }

  /** Returns a copy of the ranks (users). */
  public int[] toArray() {
    return ranks.clone();
  }

  public int users() {
    return ranks.length;
  }

  /**
   * Returns the hit rate: the share of users whose target is among the first k. Returns NaN if
   * there are no users.
   */
  public double hr(int k) {
    return Arrays.stream(hits(k)).average().orElse(Double.NaN);
  }

  /**
   * Returns the mean NDCG. A user's NDCG is {@code 1 / log2(1 + rank)} if the target is among the
   * first k, else 0. Returns NaN if there are no users.
   */
  public double ndcg(int k) {
    return Arrays.stream(gains(k)).average().orElse(Double.NaN);
  }

  /** Returns for each user 1 if the target is among the first k, else 0. */
  public double[] hits(int k) {
    return Arrays.stream(ranks).mapToDouble(rank -> rank <= k ? 1 : 0).toArray();
  }

  /**
   * Returns for each user {@code 1 / log2(1 + rank)} if the target is among the first k, else 0.
   */
  public double[] gains(int k) {
    return Arrays.stream(ranks)
        .mapToDouble(rank -> rank <= k ? Math.log(2) / Math.log1p(rank) : 0)
        .toArray();
  }

  /**
   * Returns the mean of {@code 1 / rank}. A rank is a position among all items of the catalogue.
   * Returns NaN if there are no users.
   */
  public double mrr() {
    return Arrays.stream(ranks).mapToDouble(rank -> 1.0 / rank).average().orElse(Double.NaN);
  }
}
