package io.unipin.serving.slate;

import static io.unipin.settings.SettingException.checkNotNegative;
import static io.unipin.settings.SettingException.checkRange;

import java.time.Duration;

/**
 * Settings of exploration: a share of impressions goes to items with few impressions.
 *
 * @param share expected share of a page's impressions that are drawn from such items; 0 for no
 *     exploration. The share is smaller if too few candidates have few impressions
 * @param impressionsBelow an item may be explored on a surface while it has fewer impressions there
 *     than this number
 * @param within largest age of an item that may be explored; 0 for any age. If it is not 0, an item
 *     of unknown age is not explored
 * @param bonus amount by which the upper bound of an item without impressions exceeds its utility
 * @param temperature difference of upper bounds, in units of utility, that makes the item with the
 *     higher bound e times as likely to be drawn as the other item
 * @param pool largest number of candidates that a page's draws choose from
 * @param logCandidates whether the served log holds all candidates of each draw, with their
 *     probabilities, and not only the drawn item
 */
public record ExplorationConfig(
    double share,
    int impressionsBelow,
    Duration within,
    double bonus,
    double temperature,
    int pool,
    boolean logCandidates) {
  /** The configuration without exploration. */
  public static final ExplorationConfig NONE = new ExplorationConfig(0, 100, 0.1, 0.05, 50, false);

  private static final double MOST_BONUS = 1e6;
  private static final double LEAST_TEMPERATURE = 1e-6;

  public ExplorationConfig {
    checkRange("share", share, 0, 0.5);
    checkRange("impressionsBelow", impressionsBelow, 1, 1_000_000_000);
    checkNotNegative("within", within);
    checkRange("bonus", bonus, 0, MOST_BONUS);
    checkRange("temperature", temperature, LEAST_TEMPERATURE, MOST_BONUS);
    checkRange("pool", pool, 1, 256);
  }

  /** Creates settings that explore items of any age. */
  public ExplorationConfig(
      double share,
      int impressionsBelow,
      double bonus,
      double temperature,
      int pool,
      boolean logCandidates) {
    this(share, impressionsBelow, Duration.ZERO, bonus, temperature, pool, logCandidates);
  }

  /** Whether any page may be explored. */
  public boolean explores() {
    return share > 0;
  }
}
