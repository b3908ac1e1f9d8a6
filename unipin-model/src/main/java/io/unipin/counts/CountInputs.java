package io.unipin.counts;

import io.unipin.feedlog.arrays.LongRows;
import java.util.Arrays;

/** Computes the inputs that tables of counts give for candidates. Immutable and thread-safe. */
public final class CountInputs {
  /** Factor of the followers of an action by its age: 1 for the newest, then .7, then .49. */
  private static final float DECAY = 0.7f;

  private final CountTables tables;
  private final CountLayout layout;
  private final int width;

  /** (actions) logit of the share of users' own actions that have an action type. */
  private final double[] ownLevels;

  public CountInputs(CountTables tables) {
    this.tables = tables;
    this.layout = tables.layout();
    this.width = tables.features().width();
    this.ownLevels = new double[layout.own() ? layout.actions().size() : 0];
    for (int action = 0; action < ownLevels.length; action++) {
      ownLevels[action] = CountEffects.whole(tables.data().table(CountKey.OWN_TOTAL), action)[0];
    }
  }

  /**
   * Computes the inputs of candidates. An input is 0 if the tables lack the candidate, or lack what
   * the input compares. Every candidate has the inputs of the surface and of the user.
   *
   * @param items (k) rows of the catalogue; a row outside of the catalogue, such as that of a live
   *     item, stands for an item that the tables do not know
   * @param out (k, width) receives the inputs, row major
   */
  public void fill(CountQuery query, int[] items, float[] out) {
    if (out.length < items.length * width) {
      throw new IllegalArgumentException(
          "room for %s inputs expected, got %s".formatted(items.length * width, out.length));
    }
    Arrays.fill(out, 0, items.length * width, 0);
    int place = 0;
    for (CountKey key : layout.keys()) {
      CountEffects effects = tables.effectsOf(key);
      if (key.isInput() && effects != null) {
        for (int i = 0; i < items.length; i++) {
          long value = value(key, query, items[i]);
          if (value >= 0) {
            effects.copy(value, out, i * width + place);
          }
        }
      }
      place += layout.inputs(key);
    }
    own(query, items.length, place, out);
    follow(query, items, out);
  }

  /** Fills the user's own rates, which are the same for all candidates. */
  private void own(CountQuery query, int candidates, int place, float[] out) {
    if (ownLevels.length == 0 || query.own().length == 0) {
      return;
    }
    float[] values = new float[ownLevels.length + 1];
    int shown = query.own()[0];
    for (int action = 0; action < ownLevels.length; action++) {
      int got = query.own()[1 + action];
      values[action] = (float) CountEffects.effect(got, shown, ownLevels[action]);
    }
    values[ownLevels.length] = (float) Math.log1p(shown);
    for (int i = 0; i < candidates; i++) {
      System.arraycopy(values, 0, out, i * width + place, values.length);
    }
  }

  /** Returns the value of a key for a candidate, or {@link CountQuery#NONE}. */
  private long value(CountKey key, CountQuery query, int item) {
    if (key == CountKey.SURFACE) {
      return query.surface();
    }
    if (item < 0 || item >= layout.items()) {
      return CountQuery.NONE;
    }
    return switch (key) {
      case ITEM, BEFORE -> item;
      case CATEGORY -> tables.data().categories()[item];
      case AUTHOR -> tables.data().authors()[item];
      case SURFACE_ITEM -> pair(query.surface(), item);
      case SEGMENT_ITEM -> pair(query.segment(), item);
      case TOTAL, SURFACE, SEGMENT, BEFORE_TOTAL, OWN_TOTAL -> CountQuery.NONE;
    };
  }

  private long pair(int first, int item) {
    return first < 0 ? CountQuery.NONE : (long) first * layout.items() + item;
  }

  /** Fills the last input: the sum of .7^k times the strength after the k-th last positive item. */
  private void follow(CountQuery query, int[] items, float[] out) {
    Followers followers = tables.followers();
    LongRows rows = new LongRows(CountQuery.POSITIVES * Followers.MOST);
    float[] sums = new float[CountQuery.POSITIVES * Followers.MOST];
    int size = 0;
    float factor = 1;
    for (int k = 0; k < Math.min(CountQuery.POSITIVES, query.lastPositives().length); k++) {
      int leader = query.lastPositives()[k];
      boolean known = leader >= 0 && leader < layout.items();
      int end = known ? followers.end(leader) : 0;
      for (int place = known ? followers.start(leader) : 0; place < end; place++) {
        int item = followers.item(place);
        size += rows.put(item, size) ? 1 : 0;
        sums[rows.get(item)] += factor * followers.strength(place);
      }
      factor *= DECAY;
    }
    for (int i = 0; size > 0 && i < items.length; i++) {
      int row = rows.get(items[i]);
      if (row >= 0) {
        out[(i + 1) * width - 1] = sums[row];
      }
    }
  }
}
