package io.unipin.serving.bundle;

/**
 * A bundle in a folder, as its manifest describes it. No other file of the bundle was checked.
 *
 * @param counts generation of the bundle's tables of counts; empty if it has none
 * @param problem one line that says why the bundle can't be loaded; empty when no reason is known
 */
public record BundleListing(
    String name,
    String created,
    String model,
    String index,
    int items,
    String counts,
    String problem) {}
