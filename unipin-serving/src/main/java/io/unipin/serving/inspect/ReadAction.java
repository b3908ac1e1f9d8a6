package io.unipin.serving.inspect;

import io.unipin.serving.history.RecordedAction;

/**
 * An action of a user's history, as the model read it.
 *
 * @param title title of the item; empty when the bundle does not know the item
 */
public record ReadAction(RecordedAction action, String title, boolean known) {}
