package io.unipin.serving.experiment;

/**
 * One line of the exposure log. It says that the arm could affect the user from this moment on.
 *
 * @param requestId id of the day's first request that the arm could affect
 * @param salt salt that assigned the arms; entries with equal names but different salts belong to
 *     different experiments
 * @param overridden whether the configuration assigned the arm by user id; such entries appear in
 *     no report
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
