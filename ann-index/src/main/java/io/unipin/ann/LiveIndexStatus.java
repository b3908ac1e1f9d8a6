package io.unipin.ann;

/**
 * The contents of a live index and the recall of its searches.
 *
 * @param generation number of rebuilds
 * @param size items that can be found
 * @param delta findable items that were added since the last rebuild
 * @param buried items of the main index that were deleted or replaced since the last rebuild
 * @param rebuilding whether a rebuild is running
 * @param recall mean recall of the last watched queries against exact search, NaN before the first
 * @param watched queries compared with exact search since the start
 */
public record LiveIndexStatus(
    long generation,
    int size,
    int delta,
    int buried,
    boolean rebuilding,
    double recall,
    long watched) {}
