package io.unipin.train;

/**
 * How well one target per user is found among the whole catalogue. Immutable.
 *
 * @param repeats users left out since their target is in their history, which is filtered
 * @param targetless users left out since they have no positive action in the part
 * @param model ranks of the model
 * @param popularity ranks of the popularity baseline, same users and filter
 */
public record RetrievalMetrics(int repeats, int targetless, Ranks model, Ranks popularity) {}
