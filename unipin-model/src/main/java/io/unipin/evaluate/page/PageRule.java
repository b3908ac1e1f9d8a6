package io.unipin.evaluate.page;

import io.unipin.model.features.PageOrder;

/**
 * How a served page is made: retrieval finds candidates, which are then ordered and cut.
 *
 * @param candidates number of candidates; 0 to measure no page
 * @param order order of the candidates
 */
public record PageRule(int candidates, PageOrder order) {
  /** Number of candidates that a server retrieves unless its settings or a request say otherwise. */
  public static final int SERVED_CANDIDATES = 200;

  /** The rule by which no page is measured. */
  public static final PageRule NONE = new PageRule(0, PageOrder.ofRetrieval(0));

  public PageRule {
    if (candidates < 0) {
      throw new IllegalArgumentException("candidates: 0 or more expected, got " + candidates);
    }
  }

  /** Whether pages are measured. */
  public boolean isMeasured() {
    return candidates > 0;
  }
}
