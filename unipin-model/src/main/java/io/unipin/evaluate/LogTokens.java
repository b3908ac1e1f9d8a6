package io.unipin.evaluate;

import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import java.util.ArrayList;
import java.util.List;

/** Converts actions of a feed log to the model's tokens, for training and for evaluation. */
public final class LogTokens {
  private LogTokens() {}

  /**
   * Returns the tokens of the log's actions {@code from} (inclusive) to {@code to} (exclusive). All
   * of these actions must belong to one user.
   */
  public static TokenSequence of(FeedLog log, int from, int to) {
    List<UserAction> window = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      window.add(
          UserAction.of(
              log.actionItems()[i],
              log.actionBits()[i],
              log.actionSurfaces()[i],
              log.actionTimes()[i]));
    }
    return TokenSequence.of(window);
  }
}
