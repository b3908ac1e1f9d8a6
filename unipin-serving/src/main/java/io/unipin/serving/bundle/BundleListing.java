package io.unipin.serving.bundle;

/**
 * A bundle in a folder, by what its manifest says; nothing else of it was looked at.
 *
 * @param problem why it can't be loaded, in one line; empty when nothing is known against it
 */
public record BundleListing(
    String name, String created, String model, String index, int items, String problem) {}
