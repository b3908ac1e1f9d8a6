package io.unipin.serving.items;

/**
 * The items that callers put, in numbers.
 *
 * @param stored items in the store
 * @param served those of them that the serving bundle serves
 * @param limit most items that a bundle serves in addition to its own; 0 when the server takes none
 * @param deleted ids that are kept as deleted
 * @param bytes bytes of all records
 * @param maxBytes most bytes of all records
 */
public record ItemsStatus(
    int stored, int served, int limit, int deleted, long bytes, long maxBytes) {}
