package io.unipin.model.features;

/**
 * The inputs that all queries and candidates of one request share.
 *
 * @param surface index into {@link ModelConfig#surfaces}
 * @param gap bucket ({@link GapBuckets#of}) of the time from the user's last action to the request
 */
public record RequestContext(int surface, int gap) {}
