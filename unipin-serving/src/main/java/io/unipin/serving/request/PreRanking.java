package io.unipin.serving.request;

import java.util.List;

/**
 * The result of pre-ranking.
 *
 * @param rule formula of the sum by which the candidates were ordered; empty if they keep the order
 *     of retrieval, and all of them are kept
 * @param ordered all candidates that retrieval found, best first
 * @param kept number of the best candidates that are kept
 */
public record PreRanking(String rule, List<Candidate> ordered, int kept) {
  public PreRanking {
    ordered = List.copyOf(ordered);
    if (kept < 0 || kept > ordered.size()) {
      throw new IllegalArgumentException(
          "kept: 0 to %s expected, got %s".formatted(ordered.size(), kept));
    }
  }

  /** Returns the result for candidates that are all kept, in their order. */
  public static PreRanking ofAll(List<Candidate> found) {
    return new PreRanking("", found, found.size());
  }

  /** Returns the kept candidates, best first. */
  public List<Candidate> candidates() {
    return ordered.subList(0, kept);
  }

  public PreRankTrace trace() {
    return rule.isEmpty()
        ? PreRankTrace.NONE
        : new PreRankTrace(rule, ordered.size(), ordered.size() - kept);
  }
}
