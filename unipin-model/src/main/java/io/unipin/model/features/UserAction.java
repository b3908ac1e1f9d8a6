package io.unipin.model.features;

/**
 * A user's action on an item, in the model's terms.
 *
 * @param item catalogue row; the catalogue's size stands for an item that the bundle does not know
 * @param actions multi-hot over the action types; 0 is an impression without engagement
 * @param surface index into the surfaces
 * @param timeMs milliseconds since the epoch, or {@link GapBuckets#NO_TIME}
 */
public record UserAction(int item, long actions, int surface, long timeMs) {}
