package io.unipin.serving.history;

/**
 * Numbers of reads of histories by what they met, since the start.
 *
 * @param held reads whose history this server held in its present revision
 * @param fetched reads that fetched and decoded a history
 * @param stale reads that got an older history, as the store was away
 * @param missing reads that got an empty history, as the store was away
 * @param refused reads and changes that failed at once, as the store was away before
 */
public record HistoryReads(long held, long fetched, long stale, long missing, long refused) {}
