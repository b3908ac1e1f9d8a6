package io.unipin.model.features;

/**
 * What all queries and candidates of one request share.
 *
 * @param surface index into the surfaces
 * @param gap {@link GapBuckets#of} from the user's last action to the request
 */
public record RequestContext(int surface, int gap) {}
