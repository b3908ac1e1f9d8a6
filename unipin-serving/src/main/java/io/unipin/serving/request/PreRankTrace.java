package io.unipin.serving.request;

/**
 * The server's report about pre-ranking.
 *
 * @param rule formula of the sum by which candidates were ordered; empty if no candidate had to be
 *     left out
 * @param candidates number of candidates that were ordered
 * @param removed number of these candidates that were left out
 */
public record PreRankTrace(String rule, int candidates, int removed) {
  /** The report of a request without pre-ranking. */
  public static final PreRankTrace NONE = new PreRankTrace("", 0, 0);

  /** Whether candidates were ordered. */
  public boolean ran() {
    return !rule.isEmpty();
  }
}
