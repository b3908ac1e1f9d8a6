package io.unipin.serving.slate;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.feedlog.FeedRules;
import io.unipin.settings.SettingException;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rules that decide which items may stand together on a page. The rules apply after ranking.
 *
 * @param perAuthor largest number of items of one author on a page; 0 for any number. Items of
 *     unknown author are not counted
 * @param perCategory largest number of items of one category on a page; 0 for any number
 * @param freshItems smallest number of fresh items on a page, if enough candidates are fresh
 * @param freshWithin largest age of a fresh item; an item of unknown age is not fresh
 * @param blockedItems ids of items that stand on no page
 * @param blockedAuthors authors whose items stand on no page
 * @param blockedCategories categories whose items stand on no page
 * @param blockedItemKeys keys of items that stand on no page
 * @param exploration settings of exploration, which gives some positions to items with few
 *     impressions
 */
public record SlateConfig(
    int perAuthor,
    int perCategory,
    int freshItems,
    Duration freshWithin,
    Set<Long> blockedItems,
    Set<String> blockedAuthors,
    Set<String> blockedCategories,
    Set<String> blockedItemKeys,
    ExplorationConfig exploration) {
  /** The configuration without any rule. */
  public static final SlateConfig NONE =
      new SlateConfig(
          0,
          0,
          0,
          Duration.ofDays(7),
          Set.of(),
          Set.of(),
          Set.of(),
          Set.of(),
          ExplorationConfig.NONE);

  public SlateConfig {
    checkRange("perAuthor", perAuthor, 0, 4096);
    checkRange("perCategory", perCategory, 0, 4096);
    checkRange("freshItems", freshItems, 0, 4096);
    checkPositive("freshWithin", freshWithin);
    blockedItems = sorted(blockedItems);
    blockedAuthors = sorted(blockedAuthors);
    blockedCategories = sorted(blockedCategories);
    blockedItemKeys = sorted(blockedItemKeys);
    for (String key : blockedItemKeys) {
      FeedRules.keyFault(key)
          .ifPresent(
              expected -> {
                throw new SettingException("blockedItemKeys", expected + " expected");
              });
    }
  }

  /** Returns the same rules with other settings of exploration. */
  public SlateConfig with(ExplorationConfig other) {
    return new SlateConfig(
        perAuthor,
        perCategory,
        freshItems,
        freshWithin,
        blockedItems,
        blockedAuthors,
        blockedCategories,
        blockedItemKeys,
        other);
  }

  /**
   * Sorts the values. The version of the settings is computed from their text, so equal settings
   * need equal texts.
   */
  private static <T extends Comparable<T>> Set<T> sorted(Set<T> values) {
    return Collections.unmodifiableSet(new TreeSet<>(values));
  }
}
