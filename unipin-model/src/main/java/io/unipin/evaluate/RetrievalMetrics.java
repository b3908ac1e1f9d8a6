package io.unipin.evaluate;

/**
 * How well one target per user is found among the whole catalogue. Immutable.
 *
 * @param repeats users left out since their target is in their history, which is filtered
 * @param targetless users left out since they have no positive action in the part
 * @param found (users) row in the log of each user whose target was sought
 * @param model ranks of the model
 * @param popularity ranks of the popularity baseline, same users and filter
 * @param recent ranks by popularity in the seven days before; of nobody when the log has no times
 */
public record RetrievalMetrics(
    int repeats, int targetless, int[] found, Ranks model, Ranks popularity, Ranks recent) {}
