package io.unipin.serving.request;

import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.UserHistory;
import java.util.List;

/**
 * A complete history that the caller sends, oldest action first.
 *
 * @param omitted number of older actions that are not in the list
 */
public record RequestedHistory(List<RecordedAction> actions, long omitted) {
  public RequestedHistory {
    actions = List.copyOf(actions);
  }

  public UserHistory asStored() {
    return new UserHistory(omitted + actions.size(), actions);
  }
}
