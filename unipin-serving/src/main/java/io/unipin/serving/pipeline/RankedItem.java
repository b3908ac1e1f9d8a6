package io.unipin.serving.pipeline;

/**
 * An item with what the model expects of it.
 *
 * @param utility what the page is ordered by
 * @param probabilities by action; owned by the record
 * @param retrievalScore cosine between the query and the item; 0 where nothing was searched
 */
public record RankedItem(
    long id, String title, float utility, float[] probabilities, float retrievalScore) {}
