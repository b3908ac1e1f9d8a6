package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.bytes;
import static io.unipin.serving.redis.RedisValues.number;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.history.UserRecord;
import java.util.ArrayList;
import java.util.List;

/** Writes the arguments of {@code change.lua} and reads its answer. */
final class RedisChange {
  private static final byte[] RECORD = bytes("+");
  private static final byte[] RETRACT = bytes("-");
  private static final byte[] NOTHING = new byte[0];

  /** Largest time that Redis can order exactly, because its scores are doubles. */
  private static final long MOST_TIME_MS = 1L << 53;

  private static final int FORGOTTEN = 2;
  private static final int RECORDED = 3;
  private static final int CORRECTED = 4;
  private static final int RETRACTED = 5;
  private static final int DUPLICATE = 6;
  private static final int UNLINKED = 7;
  private static final int WAITING = 8;
  private static final int SUPERSEDED = 9;

  private RedisChange() {}

  /**
   * Returns the arguments that record events.
   *
   * @throws ServingException INVALID when Redis can't order the time of an event
   */
  static List<byte[]> recording(int limit, KnownErasure known, List<ActionEvent> events) {
    List<byte[]> values = begin(limit, known);
    for (ActionEvent event : events) {
      RecordedAction action = event.action();
      if (Math.abs(action.timeMs()) > MOST_TIME_MS) {
        throw ServingException.invalid(
            "time_ms", "a time of at most 2^53 expected, got " + action.timeMs());
      }
      values.add(RECORD);
      values.add(RedisRecords.event(HistoryKeys.event(event.eventId())));
      values.add(bytes(event.revision()));
      values.add(bytes(action.timeMs()));
      values.add(ContentBytes.write(action));
    }
    return values;
  }

  /** Returns the arguments that retract events. */
  static List<byte[]> retracting(
      int limit, KnownErasure known, List<String> eventIds, long revision) {
    List<byte[]> values = begin(limit, known);
    for (String id : eventIds) {
      values.add(RETRACT);
      values.add(RedisRecords.event(HistoryKeys.event(id)));
      values.add(bytes(revision));
      values.add(NOTHING);
      values.add(NOTHING);
    }
    return values;
  }

  private static List<byte[]> begin(int limit, KnownErasure known) {
    List<byte[]> values = new ArrayList<>();
    values.add(bytes(limit));
    values.add(bytes(UserRecord.spare(limit)));
    values.add(bytes(known.timeMs()));
    values.add(bytes(RedisErasing.dueMs(known)));
    return values;
  }

  static AppendResult appended(List<Object> answer) {
    return new AppendResult(
        count(answer, RECORDED),
        count(answer, DUPLICATE),
        count(answer, CORRECTED),
        count(answer, RETRACTED),
        count(answer, UNLINKED));
  }

  static RetractResult retracted(List<Object> answer) {
    return new RetractResult(
        count(answer, RETRACTED),
        count(answer, WAITING),
        count(answer, DUPLICATE),
        count(answer, SUPERSEDED),
        count(answer, UNLINKED),
        count(answer, FORGOTTEN));
  }

  private static int count(List<Object> answer, int index) {
    return (int) number(answer.get(index));
  }
}
