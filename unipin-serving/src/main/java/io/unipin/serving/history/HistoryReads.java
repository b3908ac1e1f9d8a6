package io.unipin.serving.history;

/**
 * The numbers of reads of histories since the start, by outcome.
 *
 * @param held reads of a history whose current revision this server held in memory
 * @param fetched reads that fetched and decoded a history
 * @param stale reads that got an older history, because the store was unavailable
 * @param missing reads that got an empty history, because the store was unavailable
 * @param refused reads and changes that failed at once, because earlier calls had found the store
 *     unavailable
 */
public record HistoryReads(long held, long fetched, long stale, long missing, long refused) {}
