package io.unipin.serving.inspect;

import io.unipin.serving.history.RecordedAction;

/**
 * An action of a history, as the model read it.
 *
 * @param title empty where the bundle doesn't know the item
 */
public record ReadAction(RecordedAction action, String title, boolean known) {}
