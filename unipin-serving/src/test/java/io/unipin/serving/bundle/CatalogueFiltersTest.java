package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.ann.ItemFilter;
import io.unipin.data.Catalogue;
import io.unipin.data.CatalogueItem;
import io.unipin.data.FeedLog;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CatalogueFiltersTest {
  private static final CatalogueFilters FILTERS =
      new CatalogueFilters(
          Catalogue.of(
              List.of(
                  item(1, "a", 100),
                  item(2, "b", 200),
                  item(3, "a", 300),
                  item(4, "c", FeedLog.NO_TIME))));

  private static CatalogueItem item(long id, String category, long createdMs) {
    return new CatalogueItem(id, "Item " + id, category, createdMs, new float[0]);
  }

  private static long[] passing(ItemFilter filter) {
    return LongStream.rangeClosed(1, 4).filter(filter::passes).toArray();
  }

  @Test
  void of_nothingAsked_letsEverythingPass() {
    assertThat(FILTERS.of(Set.of(), 0)).isSameAs(ItemFilter.NONE);
  }

  @Test
  void of_categories_letsItemsOfOneOfThemPass() {
    assertThat(passing(FILTERS.of(Set.of("a", "c"), 0))).containsExactly(1, 3, 4);
    assertThat(passing(FILTERS.of(Set.of("none"), 0))).isEmpty();
  }

  @Test
  void of_time_letsItemsFromThenOnPassAndNoneOfUnknownAge() {
    assertThat(passing(FILTERS.of(Set.of(), 200))).containsExactly(2, 3);
    assertThat(passing(FILTERS.of(Set.of("a"), 101))).containsExactly(3);
  }

  @Test
  void of_theSame_isTheSameFilterUntilManyOthersCame() {
    ItemFilter first = FILTERS.of(Set.of("b"), 7);
    assertThat(FILTERS.of(Set.of("b"), 7)).isSameAs(first);
    for (int time = 1000; time < 1100; time++) {
      FILTERS.of(Set.of(), time);
    }
    assertThat(FILTERS.of(Set.of("b"), 7)).isNotSameAs(first);
  }
}
