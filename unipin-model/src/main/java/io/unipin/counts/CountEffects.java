package io.unipin.counts;

/**
 * How the rates of a table of counts differ from the level above, as logits. Immutable.
 *
 * <p>A row with N impressions, C of which got an action, has the rate {@code (C + m g) / (N + m)}.
 * Here g is the rate of the level above, and m is {@link #IMAGINED}. The effect is the logit of
 * this rate minus the logit of g. The effect is 0 for a row without impressions, and small for a
 * row with few impressions.
 *
 * <p>The level above a window is the next longer window of the same row. If the rate of the whole
 * log changed between the two windows, g changes in the same way. The level above the longest
 * window is the whole log, or for a pair of keys the sum of both keys' effects.
 *
 * <p>If all impressions of a log got an action, the rates of its keys come so near to 1 that their
 * logits would be infinite. So all logits are bounded by {@link #MOST_LOGIT}.
 */
final class CountEffects {
  /** Number m of imagined impressions that have the rate of the level above. */
  static final int IMAGINED = 8;

  /** Bound of the logit of a rate, for both signs. At the bound, a rate is 2e-9 from 0 or 1. */
  private static final double MOST_LOGIT = 20;

  private final CountTable table;
  private final int width;
  private final float[] effects;

  private CountEffects(CountTable table, boolean tellsNumber) {
    this.table = table;
    this.width = table.windows() * table.actions() + (tellsNumber ? 1 : 0);
    this.effects = new float[Math.multiplyExact(table.size(), width)];
  }

  /** The level above the longest window. */
  @FunctionalInterface
  interface LevelAbove {
    /** Returns the logit of the rate g of an action for a value of the key. */
    double logit(long key, int action);
  }

  /**
   * Computes the effects of all rows.
   *
   * @param total counts of the whole log, in one row
   * @param tellsNumber whether the effects of a row are followed by log1p of its number of
   *     impressions
   */
  static CountEffects of(
      CountTable table, CountTable total, LevelAbove above, boolean tellsNumber) {
    CountEffects effects = new CountEffects(table, tellsNumber);
    for (int action = 0; action < table.actions(); action++) {
      double[] whole = whole(total, action);
      for (int row = 0; row < table.size(); row++) {
        effects.fill(row, action, above.logit(table.key(row), action), whole);
      }
    }
    for (int row = 0; tellsNumber && row < table.size(); row++) {
      effects.effects[(row + 1) * effects.width - 1] = (float) Math.log1p(table.shown(row, 0));
    }
    return effects;
  }

  /** Returns for each window the logit of an action's rate in the whole log. */
  static double[] whole(CountTable total, int action) {
    double[] logits = new double[total.windows()];
    for (int w = 0; w < logits.length; w++) {
      int shown = total.size() == 0 ? 0 : total.shown(0, w);
      int got = total.size() == 0 ? 0 : total.got(0, w, action);
      boolean known = w == 0 || shown > 0;
      logits[w] = known ? logit((got + 0.5) / (shown + 1)) : logits[w - 1];
    }
    return logits;
  }

  private void fill(int row, int action, double above, double[] whole) {
    double level = above;
    for (int w = 0; w < table.windows(); w++) {
      level += w == 0 ? 0 : whole[w] - whole[w - 1];
      double effect = effect(table.got(row, w, action), table.shown(row, w), level);
      effects[row * width + w * table.actions() + action] = (float) effect;
      level += effect;
    }
  }

  /**
   * Returns the logit of a shrunk rate minus the logit of the level above.
   *
   * @param level the logit of the rate of the level above
   */
  static double effect(int got, int shown, double level) {
    double above = bounded(level);
    double g = 1 / (1 + Math.exp(-above));
    return bounded(logit((got + IMAGINED * g) / (shown + IMAGINED))) - above;
  }

  private static double bounded(double logit) {
    return Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, logit));
  }

  /** Returns the number of values of a row. */
  int width() {
    return width;
  }

  /**
   * Returns the effect of a key's value on an action in the longest window; 0 for an unknown value.
   */
  double effect(long key, int action) {
    int row = table.row(key);
    return row < 0 ? 0 : effects[row * width + action];
  }

  /** Copies the effects of a key's value to an array. Copies nothing for an unknown value. */
  void copy(long key, float[] to, int at) {
    int row = table.row(key);
    if (row >= 0) {
      System.arraycopy(effects, row * width, to, at, width);
    }
  }

  long bytes() {
    return (long) Float.BYTES * effects.length;
  }

  static double logit(double p) {
    return Math.log(p) - Math.log1p(-p);
  }

  /** Returns the whole log as the level above. */
  static LevelAbove whole(CountTable total) {
    double[] logits = new double[total.actions()];
    for (int action = 0; action < logits.length; action++) {
      logits[action] = whole(total, action)[0];
    }
    return (key, action) -> logits[action];
  }

  /**
   * Returns the level above a pair of a key and the item: the whole log plus the effects of both.
   *
   * @param first effects of the key that is paired with the item
   */
  static LevelAbove both(CountTable total, CountEffects first, CountEffects item, int items) {
    LevelAbove whole = whole(total);
    return (key, action) ->
        whole.logit(key, action)
            + first.effect(key / items, action)
            + item.effect(key % items, action);
  }
}
