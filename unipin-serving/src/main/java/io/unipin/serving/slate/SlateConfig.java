package io.unipin.serving.slate;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rules for what may stand on one page together, applied after ranking.
 *
 * @param perAuthor most items of one author; 0 for any number. Items whose author is unknown are not counted
 * @param perCategory the same of categories
 * @param freshItems at least so many items that are fresh, as far as there are any among the candidates
 * @param freshWithin an item is fresh until it is older than this; one of unknown age is not
 * @param blockedItems ids that stand on no page
 * @param blockedAuthors whose items stand on no page
 * @param blockedCategories likewise
 */
public record SlateConfig(
    int perAuthor,
    int perCategory,
    int freshItems,
    Duration freshWithin,
    Set<Long> blockedItems,
    Set<String> blockedAuthors,
    Set<String> blockedCategories) {
  /** No rules. */
  public static final SlateConfig NONE =
      new SlateConfig(0, 0, 0, Duration.ofDays(7), Set.of(), Set.of(), Set.of());

  public SlateConfig {
    checkRange("perAuthor", perAuthor, 0, 4096);
    checkRange("perCategory", perCategory, 0, 4096);
    checkRange("freshItems", freshItems, 0, 4096);
    checkPositive("freshWithin", freshWithin);
    blockedItems = sorted(blockedItems);
    blockedAuthors = sorted(blockedAuthors);
    blockedCategories = sorted(blockedCategories);
  }

  /** Equal settings must look equal, since their text is what a version of the settings is made of. */
  private static <T extends Comparable<T>> Set<T> sorted(Set<T> values) {
    return Collections.unmodifiableSet(new TreeSet<>(values));
  }
}
