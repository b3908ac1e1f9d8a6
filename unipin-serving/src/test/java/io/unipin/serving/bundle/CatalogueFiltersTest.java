package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.ann.ItemFilter;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.items.live.LiveItem;
import io.unipin.serving.items.live.LiveItems;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CatalogueFiltersTest {
  private static final CatalogueFilters FILTERS = new CatalogueFilters(catalogue());

  private static Catalogue catalogue() {
    return Catalogue.of(
        List.of(
            item(1, "a", 100),
            item(2, "b", 200),
            item(3, "a", 300),
            item(4, "c", FeedLog.NO_TIME)));
  }

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
    long forTwo = 2 * (4 * 8 + 256 + 160 + 2 * 16);
    CatalogueFilters filters = new CatalogueFilters(catalogue(), forTwo);
    ItemFilter first = filters.of(Set.of("b"), 7);
    assertThat(filters.of(Set.of("b"), 7)).isSameAs(first);
    for (int round = 0; round < 10; round++) {
      filters.of(Set.of("a"), 7);
      filters.of(Set.of("c"), 7);
      filters.of(Set.of("a", "c"), 7);
    }
    assertThat(filters.of(Set.of("b"), 7)).isNotSameAs(first);
    assertThat(filters.keptBytes()).isLessThanOrEqualTo(forTwo);
  }

  @Test
  void of_movingTime_keepsOneFilter() {
    CatalogueFilters filters = new CatalogueFilters(many(), 100_000_000);
    filters.of(Set.of(), 5_000_000);
    long kept = filters.keptBytes();
    for (int request = 1; request < 1000; request++) {
      filters.of(Set.of(), 5_000_000 + request);
    }
    assertThat(filters.keptBytes()).isEqualTo(kept);
  }

  @Test
  void of_anyTime_isExact() {
    Catalogue catalogue = many();
    CatalogueFilters filters = new CatalogueFilters(catalogue);
    for (long since = 1; since < 11_000_000; since += 97_777) {
      ItemFilter filter = filters.of(Set.of("even"), since);
      for (int row = 0; row < catalogue.size(); row++) {
        assertThat(filter.passes(catalogue.id(row)))
            .isEqualTo(catalogue.category(row).equals("even") && catalogue.createdMs(row) >= since);
      }
    }
  }

  private static LiveItem live(long id, String category, long createdMs) {
    return new LiveItem(id, 1, "", category, "", createdMs, 0);
  }

  private static void put(LiveItems items, LiveItem... added) {
    items.add(List.of(added), items.reserve(added.length));
  }

  @Test
  void of_liveItems_areThoseOfCategoryAndTime() {
    for (Catalogue catalogue : List.of(many(), catalogue(), Catalogue.of(List.of()))) {
      CatalogueFilters filters = new CatalogueFilters(catalogue);
      LiveItems items = new LiveItems(catalogue, 200);
      for (int i = 0; i < 100; i++) {
        String category = i % 3 == 0 ? "even" : "new";
        put(items, live(100_000 + i, category, i == 50 ? FeedLog.NO_TIME : i * 110_001L));
      }
      try (ItemView view = items.open()) {
        for (long since = 0; since < 11_000_000; since += 97_777) {
          for (Set<String> wanted : List.of(Set.of("even"), Set.of("new", "none"))) {
            ItemFilter filter = filters.of(wanted, since, view);
            ItemFilter own = filters.of(wanted, since);
            for (int row = 0; row < catalogue.size(); row += 7) {
              long id = catalogue.id(row);
              assertThat(filter.passes(id)).isEqualTo(own.passes(id));
            }
            for (int i = 0; i < 100; i++) {
              int row = view.row(100_000 + i);
              boolean expected =
                  wanted.contains(view.category(row))
                      && (since == 0 || view.createdMs(row) >= since);
              assertThat(filter.passes(100_000 + i)).as("item %s", i).isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  @Test
  void of_liveItems_keepsTheSharedFilterWhenTheyChange() {
    CatalogueFilters filters = new CatalogueFilters(many(), 10_000_000);
    LiveItems items = new LiveItems(many(), 2000);
    ItemFilter own = filters.of(Set.of("even"), 0);
    for (int i = 0; i < 1000; i++) {
      put(items, live(100_000 + i, "even", 5));
      try (ItemView view = items.open()) {
        ItemFilter filter = filters.of(Set.of("even"), 0, view);
        assertThat(filters.of(Set.of("even"), 0, view)).isSameAs(filter);
        assertThat(filter.passes(100_000 + i)).isTrue();
      }
    }
    assertThat(filters.of(Set.of("even"), 0)).isSameAs(own);
    assertThat(filters.keptLiveBytes()).isBetween(1L, 10_000_000L);
  }

  @Test
  void of_categoriesThatNoItemHas_keepsNothing() {
    CatalogueFilters filters = new CatalogueFilters(catalogue(), 100_000);
    for (int name = 0; name < 1000; name++) {
      filters.of(Set.of("unknown" + name), 0);
    }
    assertThat(filters.keptBytes()).isZero();
  }

  @Test
  void of_manySubsetsOfCategories_countsTheirKeys() {
    int items = 64;
    CatalogueFilters filters =
        new CatalogueFilters(
            Catalogue.of(
                IntStream.range(0, items).mapToObj(i -> item(i, "category " + i, 100)).toList()),
            100_000);
    for (int round = 0; round < 1000; round++) {
      int seed = round;
      filters.of(
          new Random(seed)
              .ints(items / 2, 0, items)
              .mapToObj(i -> "category " + i)
              .collect(Collectors.toSet()),
          0);
    }
    assertThat(filters.keptBytes()).isLessThanOrEqualTo(100_000);
    CatalogueFilters one = new CatalogueFilters(catalogue(), 100_000);
    one.of(Set.of("a"), 0);
    long ofOne = one.keptBytes();
    one.of(Set.of("a", "b", "c"), 0);
    assertThat(one.keptBytes()).isGreaterThan(2 * ofOne);
  }

  /** Returns a catalogue of 20,000 items. Every second, two items are created. */
  private static Catalogue many() {
    return Catalogue.of(
        IntStream.range(0, 20_000)
            .mapToObj(i -> item(i, i % 2 == 0 ? "even" : "odd", 1000 + i / 2 * 1000L))
            .toList());
  }
}
