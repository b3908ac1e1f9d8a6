package io.unipin.evaluate;

/**
 * Metrics of finding one target per user among the whole catalogue. Immutable.
 *
 * @param repeats number of users that are left out because their target is in their history, which
 *     is filtered
 * @param targetless number of users that are left out because they have no positive action in the
 *     part
 * @param found (users) log row of each user whose target was searched for
 * @param model ranks that the model gives the targets
 * @param popularity ranks that the popularity baseline gives the same targets, with the same filter
 * @param recent ranks by popularity in the seven days before; empty when the log has no times
 */
public record RetrievalMetrics(
    int repeats, int targetless, int[] found, Ranks model, Ranks popularity, Ranks recent) {}
