package io.unipin.serving.bundle;

/**
 * A bundle in a folder, as its manifest describes it. Nothing else of it was read.
 *
 * @param created ISO-8601, UTC
 * @param index FAISS factory string, or {@code exact}
 * @param bytes of all files
 */
public record BundleSummary(
    String name, String created, String index, int items, int dimension, long bytes) {}
