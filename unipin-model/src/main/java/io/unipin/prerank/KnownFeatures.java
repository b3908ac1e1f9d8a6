package io.unipin.prerank;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import java.util.Arrays;
import java.util.List;

/**
 * The features that every model has: the popularity of an item in training, how strongly the item
 * follows the user's last positive items, and the age of the item. All of them are unknown for a
 * live item. Immutable.
 */
public final class KnownFeatures implements CandidateFeatures {
  /** Names of the features. */
  public static final List<String> NAMES = List.of("log_popularity", "follows", "log_age_days");

  private static final double DAY_MS = 24 * 3600 * 1000.0;

  private final PreRankTables tables;
  private final Catalogue catalogue;

  /** Creates the features of the items of a catalogue, for which the tables were made. */
  public KnownFeatures(PreRankTables tables, Catalogue catalogue) {
    this.tables = tables;
    this.catalogue = catalogue;
    tables.requireItems(catalogue.size());
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public void fill(Asked asked, int[] rows, float[] out) {
    Follows follows = tables.follows().of(asked.positives());
    int width = NAMES.size();
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i];
      if (row < 0 || row >= catalogue.size()) {
        Arrays.fill(out, i * width, (i + 1) * width, Float.NaN);
      } else {
        out[i * width] = tables.logPopularity(row);
        out[i * width + 1] = follows.score(row);
        out[i * width + 2] = age(asked.timeMs(), catalogue.createdMs(row));
      }
    }
  }

  private static float age(long nowMs, long createdMs) {
    if (nowMs == FeedLog.NO_TIME || createdMs == FeedLog.NO_TIME) {
      return Float.NaN;
    }
    return (float) Math.log1p(Math.max(0, ((double) nowMs - createdMs) / DAY_MS));
  }
}
