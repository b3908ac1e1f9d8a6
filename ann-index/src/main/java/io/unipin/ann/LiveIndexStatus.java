package io.unipin.ann;

/**
 * What a live index holds and how well it finds it.
 *
 * @param generation counts rebuilds, from 0
 * @param size items that can be found
 * @param delta of these, items that came since the last rebuild
 * @param buried items of the main index that were deleted or replaced since
 * @param recall of the last watched queries against exact search; NaN before the first
 * @param watched queries compared with exact search, ever
 */
public record LiveIndexStatus(
    long generation,
    int size,
    int delta,
    int buried,
    boolean rebuilding,
    double recall,
    long watched) {}
