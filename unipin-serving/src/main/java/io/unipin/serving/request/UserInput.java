package io.unipin.serving.request;

import io.unipin.serving.history.RecordedAction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is, and when and where.
 *
 * @param history instead of the stored one; absent to use what is stored
 * @param recent newer than the history; they count for this request only
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
