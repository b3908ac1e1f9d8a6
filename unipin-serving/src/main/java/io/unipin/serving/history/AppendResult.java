package io.unipin.serving.history;

/**
 * What became of events.
 *
 * @param recorded new ones
 * @param duplicates ones that had been recorded before
 */
public record AppendResult(int recorded, int duplicates) {}
