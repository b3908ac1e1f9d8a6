package io.unipin.serving.pipeline;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.model.features.TargetOffsets;
import io.unipin.prerank.FollowTable;
import io.unipin.settings.SettingException;

/**
 * Settings of retrieval.
 *
 * @param candidates number of items to retrieve and score if the request gives no number
 * @param breadth breadth of the index search (efSearch or nprobe); 0 for the index's default
 * @param overFetch factor on the number of items that each of several queries fetches, because the
 *     queries may find the same items
 * @param splitOutcomes whether each desired outcome has its own query and its own share of the
 *     candidates
 * @param lookAhead number of additional queries, 0 to 4, that look beyond the next action; useful
 *     only with bundles trained with aheadProbability
 * @param preRank factor, 3 to 10, by which a page retrieves more items than it scores; pre-ranking
 *     keeps the best of them; 0 for no pre-ranking
 * @param follows largest number of candidates that are retrieved because they follow the user's
 *     last positive items; 0 for none
 */
public record RetrievalConfig(
    int candidates,
    int breadth,
    double overFetch,
    boolean splitOutcomes,
    int lookAhead,
    int preRank,
    int follows) {
  private static final int LEAST_PRE_RANK = 3;
  private static final int MOST_PRE_RANK = 10;
  private static final int MOST_FOLLOWS = FollowTable.LAST * FollowTable.MOST;

  public RetrievalConfig {
    checkRange("candidates", candidates, 1, 4096);
    checkRange("breadth", breadth, 0, 65536);
    checkRange("overFetch", overFetch, 1.0, 16.0);
    checkRange("lookAhead", lookAhead, 0, TargetOffsets.COUNT - 1);
    if (preRank != 0 && (preRank < LEAST_PRE_RANK || preRank > MOST_PRE_RANK)) {
      throw new SettingException(
          "preRank",
          "0 or %s to %s expected, got %s".formatted(LEAST_PRE_RANK, MOST_PRE_RANK, preRank));
    }
    checkRange("follows", follows, 0, MOST_FOLLOWS);
  }
}
