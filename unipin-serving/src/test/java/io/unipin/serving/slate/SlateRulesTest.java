package io.unipin.serving.slate;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Removal;
import io.unipin.serving.request.Removal.Rule;
import io.unipin.serving.slate.SlateRules.Slated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SlateRulesTest {
  private static final long NOW = 1_000_000;
  private static final Duration FRESH = Duration.ofMillis(100);
  private static final PageId PAGE = new PageId("u", "r", "home");

  private static CatalogueItem item(long id, String author, String category, long created) {
    return new CatalogueItem(id, "", category, created, new float[0], author);
  }

  /**
   * Returns the items in the catalogue's order. Each item has a lower utility than the item before
   * it.
   */
  private static List<RankedItem> ranked(Catalogue catalogue) {
    return IntStream.range(0, catalogue.size())
        .mapToObj(
            row -> new RankedItem(catalogue.id(row), "", catalogue.size() - row, new float[0], 0))
        .toList();
  }

  private static Slated choose(SlateConfig config, int size, CatalogueItem... items) {
    Catalogue catalogue = Catalogue.of(List.of(items));
    return new SlateRules(config, ImpressionCounts.off())
        .choose(ranked(catalogue), size, ItemView.of(catalogue), PAGE, NOW, id -> 0);
  }

  private static SlateConfig caps(int perAuthor, int perCategory, int fresh) {
    return new SlateConfig(
        perAuthor,
        perCategory,
        fresh,
        FRESH,
        Set.of(),
        Set.of(),
        Set.of(),
        Set.of(),
        ExplorationConfig.NONE);
  }

  private static List<Long> ids(Slated slated) {
    return slated.items().stream().map(RankedItem::id).toList();
  }

  @Test
  void noRules_takeTheBest() {
    Slated slated =
        choose(
            SlateConfig.NONE, 2, item(5, "a", "x", 0), item(3, "a", "x", 0), item(4, "a", "x", 0));
    assertThat(ids(slated)).containsExactly(5L, 3L);
    assertThat(slated.removals()).isEmpty();
  }

  @Test
  void caps_passOverWhatIsTooMuchAndSaySo() {
    Slated slated =
        choose(
            caps(1, 2, 0),
            3,
            item(1, "a", "x", 0),
            item(2, "a", "y", 0),
            item(3, "b", "x", 0),
            item(4, "c", "x", 0),
            item(5, "", "", 0),
            item(6, "", "", 0));
    assertThat(ids(slated)).containsExactly(1L, 3L, 5L);
    assertThat(slated.removals())
        .containsExactly(
            new Removal(2, 2, 5, Rule.AUTHOR_CAP), new Removal(4, 4, 3, Rule.CATEGORY_CAP));
  }

  @Test
  void blocks_removeItemsAuthorsAndCategories() {
    SlateConfig config =
        new SlateConfig(
            0,
            0,
            0,
            FRESH,
            Set.of(1L),
            Set.of("b"),
            Set.of("z"),
            Set.of("five"),
            ExplorationConfig.NONE);
    Slated slated =
        choose(
            config,
            2,
            item(1, "a", "x", 0),
            item(2, "b", "x", 0),
            item(3, "c", "z", 0),
            new CatalogueItem(5, "", "x", 0, new float[0], "c", "five"),
            item(4, "c", "x", 0));
    assertThat(ids(slated)).containsExactly(4L);
    assertThat(slated.removals())
        .extracting(Removal::rule)
        .containsExactly(
            Rule.BLOCKED_ITEM, Rule.BLOCKED_AUTHOR, Rule.BLOCKED_CATEGORY, Rule.BLOCKED_ITEM);
  }

  @Test
  void freshnessFloor_replacesTheWorstAndKeepsTheOrder() {
    Slated slated =
        choose(
            caps(0, 0, 2),
            3,
            item(1, "", "", 0),
            item(2, "", "", NOW),
            item(3, "", "", 0),
            item(4, "", "", FeedLog.NO_TIME),
            item(5, "", "", NOW - 100),
            item(6, "", "", NOW));
    assertThat(ids(slated)).containsExactly(1L, 2L, 5L);
    assertThat(slated.removals()).containsExactly(new Removal(3, 3, 4, Rule.FRESHNESS_FLOOR));
  }

  @Test
  void freshnessFloor_makesRoomUnderACapByTheSameAuthor() {
    Slated slated =
        choose(caps(1, 0, 1), 2, item(1, "a", "", 0), item(2, "a", "", NOW), item(3, "b", "", 0));
    assertThat(ids(slated)).containsExactly(2L, 3L);
    assertThat(slated.removals()).containsExactly(new Removal(1, 1, 3, Rule.FRESHNESS_FLOOR));
  }

  @Test
  void freshnessFloor_withoutFreshCandidates_leavesThePageAsItIs() {
    assertThat(ids(choose(caps(0, 0, 2), 2, item(1, "", "", 0), item(2, "", "", 0))))
        .containsExactly(1L, 2L);
  }

  @Test
  void rules_holdForRandomPages() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      List<CatalogueItem> items = new ArrayList<>();
      for (int id = 0; id < 5 + random.nextInt(40); id++) {
        String author = random.nextInt(4) == 0 ? "" : "a" + random.nextInt(5);
        long created = random.nextInt(3) == 0 ? NOW : 0;
        items.add(item(id, author, "c" + random.nextInt(4), created));
      }
      Collections.shuffle(items, random);
      SlateConfig config =
          new SlateConfig(
              random.nextInt(4),
              random.nextInt(5),
              random.nextInt(5),
              FRESH,
              random.nextBoolean() ? Set.of(1L, 3L) : Set.of(),
              random.nextInt(4) == 0 ? Set.of("a0") : Set.of(),
              random.nextInt(4) == 0 ? Set.of("c0") : Set.of(),
              Set.of(),
              ExplorationConfig.NONE);
      check("seed " + seed, config, Catalogue.of(items), 1 + random.nextInt(12));
    }
  }

  private static void check(String seed, SlateConfig config, Catalogue catalogue, int size) {
    List<RankedItem> ranked = ranked(catalogue);
    Slated slated =
        new SlateRules(config, ImpressionCounts.off())
            .choose(ranked, size, ItemView.of(catalogue), PAGE, NOW, id -> 0);
    List<Integer> places = slated.items().stream().map(ranked::indexOf).toList();
    assertThat(places).as(seed).isSorted().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(size);
    assertThat(broken(config, catalogue, slated.items())).as(seed).isNull();

    Set<Long> shown = new HashSet<>(ids(slated));
    Set<Long> removed = slated.removals().stream().map(Removal::item).collect(Collectors.toSet());
    int last =
        places.isEmpty() || places.size() < size ? ranked.size() - 1 : Collections.max(places);
    for (int place = 0; place <= last; place++) {
      long id = ranked.get(place).id();
      boolean explained = removed.contains(id) || config.freshItems() > 0;
      assertThat(shown.contains(id) || explained).as(seed).isTrue();
    }
    assertThat(removed).as(seed).doesNotContainAnyElementsOf(shown);
    if (config.freshItems() > count(catalogue, slated.items()) && slated.items().size() == size) {
      requireNoSwap(seed, config, catalogue, ranked, slated.items());
    }
  }

  private static boolean fresh(Catalogue catalogue, RankedItem item) {
    return catalogue.createdMs(catalogue.row(item.id())) == NOW;
  }

  private static long count(Catalogue catalogue, List<RankedItem> page) {
    return page.stream().filter(item -> fresh(catalogue, item)).count();
  }

  private static void requireNoSwap(
      String seed,
      SlateConfig config,
      Catalogue catalogue,
      List<RankedItem> ranked,
      List<RankedItem> page) {
    for (RankedItem in : ranked) {
      if (fresh(catalogue, in) && !page.contains(in)) {
        for (RankedItem out : page) {
          if (!fresh(catalogue, out)) {
            List<RankedItem> other = new ArrayList<>(page);
            other.remove(out);
            other.add(in);
            assertThat(broken(config, catalogue, other)).as(seed).isNotNull();
          }
        }
      }
    }
  }

  /** Returns a rule that a page breaks; null if the page breaks no rule. */
  private static @Nullable String broken(
      SlateConfig config, Catalogue catalogue, List<RankedItem> page) {
    for (RankedItem item : page) {
      int row = catalogue.row(item.id());
      if (config.blockedItems().contains(item.id())
          || config.blockedAuthors().contains(catalogue.author(row))
          || config.blockedCategories().contains(catalogue.category(row))) {
        return "block of " + item.id();
      }
    }
    if (most(page, item -> catalogue.author(catalogue.row(item.id())))
        > limit(config.perAuthor())) {
      return "author cap";
    }
    return most(page, item -> catalogue.category(catalogue.row(item.id())))
            > limit(config.perCategory())
        ? "category cap"
        : null;
  }

  private static int limit(int cap) {
    return cap == 0 ? Integer.MAX_VALUE : cap;
  }

  private static long most(List<RankedItem> page, Function<RankedItem, String> name) {
    return page.stream()
        .map(name)
        .filter(value -> !value.isEmpty())
        .collect(Collectors.groupingBy(value -> value, Collectors.counting()))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }
}
