package io.unipin.serving.rpc.actions;

import com.google.protobuf.CodedOutputStream;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.user.ActionJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Writes checked changes of users' actions as {@link ActionRecord}. A record names each item by id
 * and gives the surface of each action. So a reader with other bundles or arms understands the
 * record in the same way.
 */
public final class JournalEntries {
  /**
   * A record is closed once it has this number of bytes. It then takes at most one more change, so
   * it stays far below the 1 MB that Kafka takes by default.
   */
  private static final int RECORD_BYTES = 256 << 10;

  private JournalEntries() {}

  /**
   * Returns the entries of events that will be recorded, in the order of the events. Many events
   * take several entries.
   */
  public static List<ActionJournal.Entry> of(UserEvents user) {
    List<Action> actions = user.events().stream().map(JournalEntries::action).toList();
    return split(actions, Action::getSerializedSize).stream()
        .map(part -> UserActions.newBuilder().addAllActions(part))
        .map(part -> entry(user.user(), ActionRecord.newBuilder().setActions(part)))
        .toList();
  }

  private static Action action(ActionEvent event) {
    RecordedAction action = event.action();
    return Action.newBuilder()
        .setEventId(event.eventId())
        .setRevision(event.revision())
        .setItemId(action.itemId())
        .addAllActions(action.actions())
        .setSurface(action.surface())
        .setTimeMs(action.timeMs())
        .build();
  }

  /**
   * Returns the entries of events that will be retracted, in the order of the events. Many events
   * take several entries.
   */
  public static List<ActionJournal.Entry> of(UserRetractions user) {
    return split(user.eventIds(), CodedOutputStream::computeStringSizeNoTag).stream()
        .map(
            part ->
                RetractActionsRequest.newBuilder()
                    .addAllEventIds(part)
                    .setRevision(user.revision()))
        .map(part -> entry(user.user(), ActionRecord.newBuilder().setRetraction(part)))
        .toList();
  }

  /** Splits changes into runs of about {@link #RECORD_BYTES}. */
  private static <T> List<List<T>> split(List<T> changes, ToIntFunction<T> bytes) {
    List<List<T>> runs = new ArrayList<>();
    int first = 0;
    int size = 0;
    for (int i = 0; i < changes.size(); i++) {
      size += bytes.applyAsInt(changes.get(i));
      if (size >= RECORD_BYTES || i == changes.size() - 1) {
        runs.add(changes.subList(first, i + 1));
        first = i + 1;
        size = 0;
      }
    }
    return runs;
  }

  private static ActionJournal.Entry entry(String user, ActionRecord.Builder record) {
    return new ActionJournal.Entry(user, record.build().toByteArray());
  }
}
