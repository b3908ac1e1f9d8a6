package io.unipin.serving.items;

/**
 * Counts and sizes of the items that callers put.
 *
 * @param stored number of items in the store
 * @param served number of live items that the server's own bundle serves
 * @param limit largest number of items that a bundle serves in addition to its own; 0 when the
 *     server takes no puts
 * @param deleted number of ids that are kept as deleted
 * @param bytes bytes of all kept items and deleted ids
 * @param maxBytes largest allowed number of bytes of all kept items and deleted ids
 */
public record ItemsStatus(
    int stored, int served, int limit, int deleted, long bytes, long maxBytes) {}
