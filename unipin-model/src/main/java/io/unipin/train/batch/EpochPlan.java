package io.unipin.train.batch;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.train.recipe.TrainConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Plans which sequences of a feed log form the batches of an epoch. The plan depends only on seed
 * and epoch.
 *
 * <p>A user's training actions are cut into sequences. A sequence has at most as many actions as a
 * history of the model. The cuts change with the epoch. A user who has feedviews to rank but no
 * training actions has one empty sequence. Sequences of similar length share a batch, which keeps
 * padding small.
 */
public final class EpochPlan {
  private static final int BATCHES_SORTED_TOGETHER = 20;

  private final FeedLog log;
  private final Holdout holdout;
  private final int maxHistory;
  private final int batchActions;
  private final boolean ranks;
  private final long seed;

  /** Creates the plan for the training part of a log, without withheld items. */
  public EpochPlan(FeedLog log, Holdout holdout, TrainConfig config) {
    this(TrainingPart.of(log, holdout), config);
  }

  public EpochPlan(TrainingPart part, TrainConfig config) {
    this.log = part.log();
    this.holdout = part.holdout();
    this.maxHistory = config.modelConfig(log).maxHistory();
    this.batchActions = config.training().batchActions();
    this.ranks = config.training().task().ranks();
    this.seed = config.training().seed();
  }

  /** Returns the batches of an epoch. Epochs are counted from 0. */
  public List<List<Sequence>> batches(int epoch) {
    Random random = new Random(Seeds.mix(seed, epoch));
    List<Sequence> sequences = sequences(random);
    Collections.shuffle(sequences, random);
    List<List<Sequence>> batches = new ArrayList<>();
    int start = 0;
    while (start < sequences.size()) {
      int end = start;
      for (long rows = 0;
          end < sequences.size() && rows < (long) BATCHES_SORTED_TOGETHER * batchActions;
          end++) {
        rows += rows(sequences.get(end));
      }
      List<Sequence> part = sequences.subList(start, end);
      part.sort(Comparator.comparingInt(Sequence::length).reversed());
      split(part, batches);
      start = end;
    }
    Collections.shuffle(batches, random);
    return batches;
  }

  private List<Sequence> sequences(Random random) {
    List<Sequence> sequences = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int n = holdout.trainEnd(user);
      if (n == 0 && ranks && wasShown(user)) {
        sequences.add(new Sequence(user, 0, 0));
      }
      int first = n <= maxHistory ? n : 1 + random.nextInt(maxHistory);
      for (int from = 0, to = first; from < n; from = to, to = Math.min(n, to + maxHistory)) {
        sequences.add(new Sequence(user, from, to));
      }
    }
    return sequences;
  }

  private boolean wasShown(int user) {
    for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
      if (holdout.part(user, view) == Part.TRAIN && !ViewSampler.isWithheld(log, holdout, view)) {
        return true;
      }
    }
    return false;
  }

  private static int rows(Sequence sequence) {
    return 1 + Math.max(1, sequence.length());
  }

  /** Cuts sequences, longest first, into batches whose padded size stays within the limit. */
  private void split(List<Sequence> sequences, List<List<Sequence>> batches) {
    int start = 0;
    while (start < sequences.size()) {
      int end =
          Math.min(
              sequences.size(), start + Math.max(1, batchActions / rows(sequences.get(start))));
      batches.add(List.copyOf(sequences.subList(start, end)));
      start = end;
    }
  }
}
