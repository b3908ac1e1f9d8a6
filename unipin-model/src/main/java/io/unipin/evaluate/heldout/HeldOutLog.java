package io.unipin.evaluate.heldout;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import java.util.BitSet;

/**
 * A log on which a model is evaluated. Its catalogue has the model's items, in their order.
 *
 * @param holdout split of the log
 * @param unranked rows of items that retrieval leaves out, ascending
 * @param untargeted users for whom retrieval seeks no target
 */
public record HeldOutLog(FeedLog log, Holdout holdout, int[] unranked, BitSet untargeted) {
  /** Takes a whole log: all items are ranked, and all users have their targets. */
  public HeldOutLog(FeedLog log, Holdout holdout) {
    this(log, holdout, new int[0], new BitSet());
  }
}
