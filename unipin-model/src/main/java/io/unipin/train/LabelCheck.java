package io.unipin.train;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.feedlog.split.Withheld;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds action types that a training cannot learn, because the training split of the feed log
 * contains no example of them.
 */
public final class LabelCheck {
  private LabelCheck() {}

  /**
   * Returns one line for each action type that no action and no impression of the training part
   * has. Adds one line if the training part has no positive action. Withheld items do not count.
   */
  public static List<String> warnings(FeedLog whole, Holdout split) {
    TrainingPart training = TrainingPart.of(whole, split);
    FeedLog log = training.log();
    Holdout holdout = training.holdout();
    long acted = 0;
    long shown = 0;
    for (int user = 0; user < log.users(); user++) {
      int start = log.actionStart(user);
      for (int i = start; i < start + holdout.trainEnd(user); i++) {
        acted |= log.actionBits()[i];
      }
      for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
        if (holdout.part(user, view) == Part.TRAIN) {
          shown |= labels(log, holdout.withheld(), view);
        }
      }
    }
    List<String> warnings = new ArrayList<>();
    List<String> actions = log.schema().actions();
    for (int action = 0; action < actions.size(); action++) {
      if (((acted | shown) >>> action & 1) == 0) {
        warnings.add(
            "the action '%s' never occurs in the training part: its probability can't be learned"
                .formatted(actions.get(action)));
      }
    }
    if (log.actions() > 0 && (acted & log.schema().positiveBits()) == 0) {
      warnings.add(
          "no positive action %s occurs in the training part: retrieval learns nothing, and its metrics stay empty"
              .formatted(log.schema().positives()));
    }
    return warnings;
  }

  private static long labels(FeedLog log, Withheld withheld, int view) {
    long labels = 0;
    for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
      labels |= withheld.contains(log.impressionItems()[i]) ? 0 : log.impressionBits()[i];
    }
    return labels;
  }
}
