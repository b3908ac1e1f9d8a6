package io.unipin.serving.experiment;

/**
 * One line of the exposure log: from this moment a user's arm could make a difference to the user.
 *
 * @param requestId of the day's first request on which it took effect
 * @param salt that dealt the arms: with another one the same names are another experiment
 * @param overridden the arm was set by name; no part of any report
 * @param config version of the server's settings
 */
public record ExposureEntry(
    long timeMs,
    String user,
    String layer,
    String experiment,
    String arm,
    String salt,
    boolean overridden,
    String requestId,
    String bundle,
    String index,
    String config) {}
