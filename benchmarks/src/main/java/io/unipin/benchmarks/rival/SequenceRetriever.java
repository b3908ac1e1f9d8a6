package io.unipin.benchmarks.rival;

import io.unipin.evaluate.ItemScores;
import io.unipin.evaluate.Ranks;
import io.unipin.evaluate.TargetRank;
import io.unipin.evaluate.heldout.RetrievalTarget;
import io.unipin.feedlog.FeedLog;
import java.util.ArrayList;
import java.util.List;

/**
 * Scores all items for held-out targets with the present weights of a {@link SequenceModel}. If a
 * user has no earlier positive action, the model has nothing to read, and the items are scored by
 * their popularity in the training part. Not thread-safe.
 */
final class SequenceRetriever {
  private static final int AT_ONCE = 32;

  private final SequenceModel model;
  private final int maxHistory;
  private final ItemScores items;
  private final float[] popularity;

  /**
   * Creates the retriever.
   *
   * @param popularity (items) scores for users without an earlier positive action
   */
  SequenceRetriever(SequenceModel model, SequenceShape shape, float[] popularity) {
    this.model = model;
    this.maxHistory = shape.maxHistory();
    this.items = new ItemScores(model.items(), shape.items(), shape.width());
    this.popularity = popularity;
  }

  /** Receives the scores of all items for one target. Called in the order of the targets. */
  @FunctionalInterface
  interface Scored {
    void accept(int target, float[] scores);
  }

  /** Scores all items for each target. */
  void score(RivalTargets targets, Scored scored) {
    for (int from = 0; from < targets.size(); from += AT_ONCE) {
      int to = Math.min(targets.size(), from + AT_ONCE);
      List<SequenceHistory> known = new ArrayList<>();
      List<SequenceHistory> all = new ArrayList<>();
      for (int t = from; t < to; t++) {
        int history = targets.targets().get(t).history();
        SequenceHistory read =
            SequenceHistory.of(targets.log(), targets.users()[t], history, maxHistory);
        all.add(read);
        if (read.size() > 0) {
          known.add(read);
        }
      }
      float[][] scores =
          known.isEmpty() ? new float[0][] : items.of(model.queries(SequenceBatch.queries(known)));
      for (int t = from, next = 0; t < to; t++) {
        scored.accept(t, all.get(t - from).size() > 0 ? scores[next++] : popularity);
      }
    }
  }

  /**
   * Returns the rank of each target among all items that the user has not seen. Ties are decided as
   * in an evaluation of our model.
   */
  Ranks ranks(RivalTargets targets) {
    FeedLog log = targets.log();
    int[] ranks = new int[targets.size()];
    score(
        targets,
        (t, scores) -> {
          RetrievalTarget target = targets.targets().get(t);
          ranks[t] = TargetRank.of(scores, target.item(), target.seen(), log.catalogue());
        });
    return new Ranks(ranks);
  }
}
