package io.unipin.evaluate.baseline;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;

/**
 * Counts the training part of a log by a key. Withheld items are not counted. Nothing from the
 * validation or test part is counted. Immutable.
 */
final class TrainingTables {
  private final FeedLog log;
  private final Holdout holdout;
  private final Slates slates;
  private final int actions;
  private final long beforeMs;

  TrainingTables(FeedLog log, Holdout holdout, Slates slates) {
    this.log = log;
    this.holdout = holdout;
    this.slates = slates;
    this.actions = log.schema().actions().size();
    this.beforeMs = CountedKey.firstFeedviewMs(log);
  }

  ShrunkRates rates(CountedKey key) {
    int[] shown = new int[key.rows()];
    int[] got = new int[Math.multiplyExact(key.rows(), actions)];
    for (int user = 0; user < log.users(); user++) {
      if (key.before()) {
        countActions(key, user, shown, got);
      } else {
        countImpressions(key, user, shown, got);
      }
    }
    return new ShrunkRates(shown, got, actions);
  }

  private void countImpressions(CountedKey key, int user, int[] shown, int[] got) {
    for (Slate slate : slates.of(user)) {
      for (int i = slate.from(); slate.part() == Part.TRAIN && i < slate.to(); i++) {
        int item = slates.items()[i];
        count(key.row(user, slate.surface(), item), item, slates.bits()[i], shown, got);
      }
    }
  }

  private void countActions(CountedKey key, int user, int[] shown, int[] got) {
    int start = log.actionStart(user);
    for (int i = start; i < start + holdout.trainEnd(user); i++) {
      long time = log.actionTimes()[i];
      if (time != FeedLog.NO_TIME && time < beforeMs) {
        int item = log.actionItems()[i];
        count(key.row(user, log.actionSurfaces()[i], item), item, log.actionBits()[i], shown, got);
      }
    }
  }

  private void count(int row, int item, long bits, int[] shown, int[] got) {
    if (row == CountedKey.NONE || holdout.withheld().contains(item)) {
      return;
    }
    shown[row]++;
    for (int c = 0; c < actions; c++) {
      got[row * actions + c] += (int) (bits >>> c & 1);
    }
  }
}
