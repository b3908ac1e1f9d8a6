package io.unipin.serving.request;

import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import java.util.List;

/**
 * A whole history as the caller holds it, oldest action first.
 *
 * @param omitted number of actions older than these
 */
public record RequestedHistory(List<RecordedAction> actions, long omitted) {
  public RequestedHistory {
    actions = List.copyOf(actions);
  }

  public UserHistory asStored() {
    return new UserHistory(omitted + actions.size(), actions);
  }
}
