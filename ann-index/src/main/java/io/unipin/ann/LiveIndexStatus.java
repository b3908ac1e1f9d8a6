package io.unipin.ann;

/**
 * The contents of a live index and the recall of its searches.
 *
 * @param generation number of rebuilds since the index was created
 * @param size number of items that a search can find
 * @param delta number of these items that were added or replaced since the last rebuild
 * @param buried number of items of the main index that were deleted or replaced since the last
 *     rebuild
 * @param rebuilding whether a rebuild is running
 * @param recall mean recall of the last queries that were compared with exact search; NaN before
 *     the first comparison
 * @param watched number of queries that were compared with exact search since the index was created
 */
public record LiveIndexStatus(
    long generation,
    int size,
    int delta,
    int buried,
    boolean rebuilding,
    double recall,
    long watched) {}
