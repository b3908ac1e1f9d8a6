package io.unipin.cli.trial;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Chooses the settings of a trial's trainings by the size of the feed log. */
final class TrialRecipe {
  private static final int LONGEST_HISTORY = 100;
  private static final int SHORTEST_HISTORY = 20;

  /** Leave-last holds out actions only of users who have at least this many actions. */
  private static final int HELD_OUT_FROM = 4;

  private static final int FEWEST_TESTED = 200;

  /** Histories count as short if they have fewer actions than this on average. */
  private static final int SHORT_HISTORY = 20;

  private final FeedLog log;

  TrialRecipe(FeedLog log) {
    this.log = log;
  }

  /** Returns the settings of the first training, as values of {@code --set}. */
  List<String> first() {
    List<String> settings = shape();
    settings.add("training.epochs=" + epochs());
    settings.add("training.learningRate=" + (hasShortHistories() ? "0.01" : "0.004"));
    settings.add("training.warmupSteps=30");
    return settings;
  }

  /** Returns the settings of the training in the background, which begins with the first model. */
  List<String> second() {
    List<String> settings = shape();
    settings.add("training.epochs=" + 2 * epochs());
    settings.add("training.learningRate=0.002");
    return settings;
  }

  private List<String> shape() {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "model.itemDim=64",
                "model.width=64",
                "model.layers=2",
                "model.heads=2",
                "model.kvHeads=2",
                "model.feedForward=128",
                "model.maxHistory=" + maxHistory(),
                // Batches are small, because only a few steps with large batches would fit into the
                // time.
                "training.batchActions=600",
                "training.outcomeProbability=0.2",
                "training.maxCandidates=24",
                "training.dropout=0.3",
                "training.checkpointSeconds=0",
                "evaluation.users=400"));
    if (log.catalogue().hasAttributes()) {
      settings.add("model.attributes.buckets=4096");
    }
    if (log.catalogue().size() > 6000) {
      settings.add("training.negatives=1024");
    }
    if (hasShortHistories()) {
      settings.add("training.queriesAsKeys=true");
      settings.add("training.maskProbability=0.1");
    }
    if (isByTime()) {
      settings.add("evaluation.protocol=time-split");
    }
    return settings;
  }

  /**
   * Whether users have few actions on average. Items then have few actions as well, so the vectors
   * of items must move far in each step.
   */
  private boolean hasShortHistories() {
    return log.actions() < SHORT_HISTORY * (long) log.users();
  }

  /**
   * Whether the latest actions of all users are held out, because too few users have enough actions
   * to hold out each user's last action.
   */
  boolean isByTime() {
    int tested = 0;
    for (int user = 0; user < log.users(); user++) {
      tested += actions(user) >= HELD_OUT_FROM ? 1 : 0;
    }
    boolean timed = log.actions() > 0 && log.actionTimes()[0] != FeedLog.NO_TIME;
    return timed && tested < Math.min(FEWEST_TESTED, log.users() / 2);
  }

  /** Returns the split of the feed log by which both models are trained and evaluated. */
  Holdout holdout() {
    return isByTime() ? Holdout.latest(log, 0.05, 0.1) : Holdout.leaveLast(log, 1);
  }

  private int actions(int user) {
    return log.actionStart(user + 1) - log.actionStart(user);
  }

  /**
   * Returns the longest history that the model reads, a multiple of 4. Within fixed bounds, this
   * length suffices for the histories of nine in ten users.
   */
  private int maxHistory() {
    int[] lengths = new int[log.users()];
    for (int user = 0; user < lengths.length; user++) {
      lengths[user] = actions(user);
    }
    Arrays.sort(lengths);
    int most = lengths.length == 0 ? 0 : lengths[lengths.length * 9 / 10];
    int bounded = Math.max(SHORTEST_HISTORY, Math.min(LONGEST_HISTORY, most + most / 4));
    return (bounded + 3) / 4 * 4;
  }

  /**
   * Returns the number of epochs. The number is larger for a smaller log, so that a training reads
   * about the same number of actions. It stays within fixed bounds.
   */
  private int epochs() {
    return Math.max(3, Math.min(30, 800_000 / Math.max(1, log.actions() + log.impressions() / 2)));
  }
}
