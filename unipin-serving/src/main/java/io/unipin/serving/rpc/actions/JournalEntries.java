package io.unipin.serving.rpc.actions;

import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.user.ActionJournal;

/**
 * Writes checked changes of users' actions as {@link ActionRecord}. A record names each item by id
 * and gives the surface of each action. So a reader with other bundles or arms understands the
 * record in the same way.
 */
public final class JournalEntries {
  private JournalEntries() {}

  /** Returns the entry of events that will be recorded. */
  public static ActionJournal.Entry of(UserEvents user) {
    UserActions.Builder actions = UserActions.newBuilder();
    for (ActionEvent event : user.events()) {
      RecordedAction action = event.action();
      actions.addActions(
          Action.newBuilder()
              .setEventId(event.eventId())
              .setRevision(event.revision())
              .setItemId(action.itemId())
              .addAllActions(action.actions())
              .setSurface(action.surface())
              .setTimeMs(action.timeMs()));
    }
    return entry(user.user(), ActionRecord.newBuilder().setActions(actions));
  }

  /** Returns the entry of events that will be retracted. */
  public static ActionJournal.Entry of(UserRetractions user) {
    RetractActionsRequest.Builder retraction =
        RetractActionsRequest.newBuilder()
            .addAllEventIds(user.eventIds())
            .setRevision(user.revision());
    return entry(user.user(), ActionRecord.newBuilder().setRetraction(retraction));
  }

  private static ActionJournal.Entry entry(String user, ActionRecord.Builder record) {
    return new ActionJournal.Entry(user, record.build().toByteArray());
  }
}
