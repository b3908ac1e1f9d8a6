package io.unipin.serving.request;

/**
 * An item that retrieval found.
 *
 * @param row in the catalogue
 * @param score cosine between the query and the item; the best, if several queries found it
 */
public record Candidate(long id, int row, float score) {}
