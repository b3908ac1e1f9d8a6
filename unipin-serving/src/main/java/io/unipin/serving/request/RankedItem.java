package io.unipin.serving.request;

/**
 * An item with what the model expects of it.
 *
 * @param utility what the page is ordered by; the retrieval score where nothing was scored
 * @param probabilities by action, empty where nothing was scored; owned by the record
 * @param retrievalScore cosine between the query and the item; 0 where nothing was searched
 */
public record RankedItem(
    long id, String title, float utility, float[] probabilities, float retrievalScore) {}
