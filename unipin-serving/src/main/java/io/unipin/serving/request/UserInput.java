package io.unipin.serving.request;

import io.unipin.serving.history.RecordedAction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user of a request, with the time and the surface of the request.
 *
 * @param history history that replaces the stored history; absent to use the stored history
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
