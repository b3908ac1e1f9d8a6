package io.unipin.serving.history.redis;

import static io.unipin.serving.redis.RedisValues.number;

import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.RetractResult;
import java.util.List;

/** Reads the answer of {@code change.lua}. */
final class RedisChange {
  private static final int FORGOTTEN = 2;
  private static final int RECORDED = 3;
  private static final int CORRECTED = 4;
  private static final int RETRACTED = 5;
  private static final int DUPLICATE = 6;
  private static final int UNLINKED = 7;
  private static final int WAITING = 8;
  private static final int SUPERSEDED = 9;

  private RedisChange() {}

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
