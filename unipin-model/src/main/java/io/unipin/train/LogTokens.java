package io.unipin.train;

import io.unipin.data.FeedLog;
import io.unipin.model.ModelConfig;
import io.unipin.model.TokenSequence;
import io.unipin.model.UserAction;
import java.util.ArrayList;
import java.util.List;

/** Actions of a feed log as a model reads them. */
final class LogTokens {
  private LogTokens() {}

  /** The tokens of the log's actions {@code from} to {@code to}, exclusive, which are of one user. */
  static TokenSequence of(FeedLog log, int from, int to, ModelConfig model) {
    List<UserAction> window = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      window.add(
          new UserAction(
              log.actionItems()[i],
              log.actionBits()[i],
              log.actionSurfaces()[i],
              log.actionTimes()[i]));
    }
    return model.tokens(window);
  }
}
