package io.unipin.serving.slate;

import java.util.List;
import java.util.function.Function;

/**
 * The largest number of items of one author or category on a page. The bound also holds on pages
 * with drawn items.
 *
 * @param name returns the author or the category of an item; empty if unknown
 * @param most largest number of items; 0 for any number
 */
record Cap(Function<SlateEntry, String> name, int most) {
  /**
   * Whether the cap holds for every result of the draws if {@code candidate} joins {@code draw}.
   */
  boolean allows(
      SlateEntry candidate, DrawOptions draw, List<DrawOptions> draws, List<SlateEntry> page) {
    String named = name.apply(candidate);
    if (most == 0 || named.isEmpty() || named.equals(name.apply(draw.kept()))) {
      return true;
    }
    long onPage = page.stream().filter(entry -> name.apply(entry).equals(named)).count();
    long addedByOthers =
        draws.stream()
            .filter(other -> other != draw)
            .filter(other -> !name.apply(other.kept()).equals(named))
            .filter(other -> other.mayShow(entry -> name.apply(entry).equals(named)))
            .count();
    return onPage + addedByOthers + 1 <= most;
  }
}
