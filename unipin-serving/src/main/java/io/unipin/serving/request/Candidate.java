package io.unipin.serving.request;

/**
 * An item that retrieval found.
 *
 * @param row the item's row in the catalogue
 * @param score cosine between query and item; the highest cosine if several queries found the item
 */
public record Candidate(long id, int row, float score) {}
