package io.unipin.serving.inspect;

import io.unipin.serving.request.RankedItem;
import org.jspecify.annotations.Nullable;

/**
 * Explains why one item is on the requested page or not.
 *
 * @param title title of the item; empty when the bundle does not know the item
 * @param exactRank rank by retrieval score among all items that pass the request's filters; the
 *     best item has rank 1
 * @param retrievalScore cosine between query and item
 * @param lastRetrieved retrieval score of the last candidate; 0 without candidates
 * @param preRank the item's rank by pre-ranking among the candidates that were found; 0 if the item
 *     was not found or candidates were not pre-ranked
 * @param rank the item's rank by utility among the candidates, or the rank that the item would have
 *     if it was no candidate; the best item has rank 1
 * @param lastOnPage utility of the last item of the page; 0 for an empty page
 * @param scored the model's predictions for the item, even when it was not a candidate; absent for
 *     an unknown item
 */
public record ItemExplanation(
    long id,
    String title,
    Verdict verdict,
    int exactRank,
    float retrievalScore,
    float lastRetrieved,
    int preRank,
    int rank,
    float lastOnPage,
    @Nullable RankedItem scored) {}
