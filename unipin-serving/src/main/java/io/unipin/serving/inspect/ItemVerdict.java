package io.unipin.serving.inspect;

import io.unipin.serving.request.RankedItem;
import org.jspecify.annotations.Nullable;

/**
 * What became of one item in a request for a page.
 *
 * @param title empty where the bundle doesn't know the item
 * @param exactRank place by retrieval score among all items that the request's filters let pass, from 1
 * @param retrievalScore cosine between the query and the item
 * @param lastRetrieved retrieval score of the last candidate; 0 without any
 * @param rank place that the item's utility has, or would have, among the candidates, from 1
 * @param lastOnPage utility of the last item of the page; 0 for an empty one
 * @param scored what the model expects of the item, also when it was no candidate; absent for an unknown item
 */
public record ItemVerdict(
    long id,
    String title,
    Verdict verdict,
    int exactRank,
    float retrievalScore,
    float lastRetrieved,
    int rank,
    float lastOnPage,
    @Nullable RankedItem scored) {}
