package io.unipin.serving.bundle;

/**
 * A bundle in a folder, as its manifest describes it. No other file of the bundle was read.
 *
 * @param created time of creation, ISO-8601, UTC
 * @param index FAISS factory string, or {@code exact}
 * @param bytes size of all files together
 */
public record BundleSummary(
    String name, String created, String index, int items, int dimension, long bytes) {}
