package io.unipin.serving.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.user.ActionJournal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Processes actions and retractions that arrive in an {@link ActionRecord} and not in a call. They
 * are checked, recorded and counted like the actions and retractions of a call. Thread-safe.
 */
public final class ActionRecords {
  private static final int FORMAT = 1;

  private final ActionIntake intake;
  private final HistoryStore histories;

  /** @param histories store that knows when users were erased */
  public ActionRecords(RpcServices services, HistoryStore histories) {
    this.histories = histories;
    this.intake = new ActionIntake(services, ActionJournal.NONE); // the records come from a journal
  }

  /**
   * Records or retracts actions of a user. Actions that are older than the user's last erasure are
   * left out.
   *
   * @param user the user's id
   * @param value an {@link ActionRecord} in the binary format or as JSON
   * @param timestampMs time at which the record was written, in milliseconds since 1970
   * @return whether the record holds any change that is newer than the user's last erasure
   * @throws ServingException INVALID when the value can't be read or breaks a rule; another kind
   *     when the change can't be recorded now
   */
  public boolean take(String user, byte[] value, long timestampMs) {
    while (true) {
      KnownErasure known = histories.erasure(user);
      if (timestampMs <= known.timeMs()) {
        return false;
      }
      Optional<Boolean> taken = take(user, value, known);
      if (taken.isPresent()) {
        return taken.get();
      } // otherwise the user was erased meanwhile, perhaps after this record was written
    }
  }

  /**
   * Records or retracts the actions of a record. If the user was erased after {@code known},
   * records nothing and returns empty.
   */
  private Optional<Boolean> take(String user, byte[] value, KnownErasure known) {
    ActionRecord record = parse(value);
    if (record.getFormat() < 0 || record.getFormat() > FORMAT) {
      throw ServingException.invalid("format", FORMAT + " expected, got " + record.getFormat());
    }
    return switch (record.getChangeCase()) {
      case ACTIONS -> record(user, record.getActions(), known);
      case RETRACTION ->
          intake.retract(retraction(user, record.getRetraction()), known).map(unused -> true);
      case CHANGE_NOT_SET ->
          throw ServingException.invalid("value", "actions or a retraction expected, got neither");
    };
  }

  private Optional<Boolean> record(String user, UserActions actions, KnownErasure known) {
    requireSame(user, actions.getUserId());
    List<Action> later =
        actions.getActionsList().stream()
            .filter(action -> action.getTimeMs() > known.timeMs())
            .toList();
    if (later.isEmpty() && actions.getActionsCount() > 0) {
      return Optional.of(false);
    }
    return intake
        .record(
            RecordActionsRequest.newBuilder()
                .addUsers(UserActions.newBuilder().setUserId(user).addAllActions(later))
                .build(),
            known)
        .map(unused -> true);
  }

  private static RetractActionsRequest retraction(String user, RetractActionsRequest retraction) {
    requireSame(user, retraction.getUserId());
    return retraction.toBuilder().setUserId(user).build();
  }

  private static void requireSame(String key, String user) {
    if (!user.isEmpty() && !user.equals(key)) {
      throw ServingException.invalid(
          "user_id", "the record's key or nothing expected, got another");
    }
  }

  /** Parses a value. JSON begins with a brace; a message in the binary format never does. */
  private static ActionRecord parse(byte[] value) {
    try {
      if (value.length > 0 && value[0] == '{') {
        ActionRecord.Builder record = ActionRecord.newBuilder();
        JsonFormat.parser().merge(text(value), record);
        return record.build();
      }
      return ActionRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw ServingException.invalid(
          "value", "an ActionRecord expected, got other bytes: " + e.getMessage());
    }
  }

  private static String text(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw ServingException.invalid("value", "JSON in UTF-8 expected, got other bytes");
    }
  }
}
