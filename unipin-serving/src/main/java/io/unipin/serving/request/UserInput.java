package io.unipin.serving.request;

import io.unipin.serving.history.RecordedAction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user of a request, with its time and place.
 *
 * @param history history that replaces the stored one; absent to use the stored history
 * @param recent actions newer than the history; they affect only this request
 */
public record UserInput(
    String id,
    @Nullable RequestedHistory history,
    List<RecordedAction> recent,
    String surface,
    long timeMs) {
  public UserInput {
    recent = List.copyOf(recent);
  }
}
