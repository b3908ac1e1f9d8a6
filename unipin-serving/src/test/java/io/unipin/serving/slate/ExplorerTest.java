package io.unipin.serving.slate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.impressions.ShownPage;
import io.unipin.serving.items.live.ItemView;
import io.unipin.serving.request.Draw;
import io.unipin.serving.request.Draws;
import io.unipin.serving.request.RankedItem;
import io.unipin.serving.request.Removal;
import io.unipin.serving.slate.SlateRules.Slated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ExplorerTest {
  private static final long NOW = 1_000_000;
  private static final ExplorationConfig ONE_PLACE =
      new ExplorationConfig(0.02, 10, 0.1, 0.05, 50, false);

  private final ImpressionCounts counts = ImpressionCounts.inMemory(1 << 20);

  /** The impressions that training knows, by item. */
  private final Map<Long, Long> earlier = new HashMap<>();

  /**
   * Returns a catalogue of items 0, 1, … by {@code authors} authors, in {@code categories}
   * categories.
   */
  private static Catalogue catalogue(int items, int authors, int categories) {
    List<CatalogueItem> all = new ArrayList<>();
    for (int id = 0; id < items; id++) {
      long created = id % 3 == 0 ? NOW : 0;
      String category = "c" + id % categories;
      all.add(new CatalogueItem(id, "", category, created, new float[0], "a" + id % authors));
    }
    return Catalogue.of(all);
  }

  private static List<RankedItem> ranked(Catalogue catalogue) {
    return LongStream.range(0, catalogue.size())
        .mapToObj(id -> new RankedItem(id, "", 1 - id / 100f, new float[0], 0))
        .toList();
  }

  private Slated choose(SlateConfig config, Catalogue catalogue, int size, String request) {
    return new SlateRules(config, counts)
        .choose(
            ranked(catalogue),
            size,
            ItemView.of(catalogue),
            new PageId("u", request, "home"),
            NOW,
            id -> earlier.getOrDefault(id, 0L));
  }

  private static SlateConfig with(ExplorationConfig exploration) {
    return SlateConfig.NONE.with(exploration);
  }

  private static List<Long> ids(Slated slated) {
    return slated.items().stream().map(RankedItem::id).toList();
  }

  @Test
  void draws_overManyRequests_areAsLikelyAsTheirPropensities() {
    ExplorationConfig config = new ExplorationConfig(0.15, 10, 0.3, 0.2, 12, true);
    counts.served(new ShownPage("v", "r", "home", new long[] {21, 23}));
    counts.publish();
    Catalogue catalogue = catalogue(60, 60, 60);
    int pages = 40_000;
    Map<String, Integer> shown = new HashMap<>();
    Map<String, Double> expected = new HashMap<>();
    for (int page = 0; page < pages; page++) {
      Slated slated = choose(with(config), catalogue, 20, "r" + page);
      for (int place = 0; place < 20; place++) {
        shown.merge(place + ":" + ids(slated).get(place), 1, Integer::sum);
      }
      for (Draw draw : slated.draws().draws()) {
        assertThat(draw.item()).isEqualTo(ids(slated).get(draw.place()));
        draw.options()
            .forEach(
                option -> expected.put(draw.place() + ":" + option.item(), option.probability()));
      }
    }
    // the draws are for six positions, from a pool of twelve items
    assertThat(expected).hasSize(6 + 12);
    expected.forEach(
        (option, probability) -> {
          double error = Math.sqrt(probability * (1 - probability) / pages);
          assertThat((double) shown.getOrDefault(option, 0) / pages)
              .as(option)
              .isCloseTo(probability, within(4.5 * error));
        });
    assertThat(shown.keySet().stream().filter(option -> !expected.containsKey(option)))
        .hasSize(14)
        .allSatisfy(option -> assertThat(shown.get(option)).isEqualTo(pages));
  }

  @Test
  void draws_probabilities_followTheSoftmaxOfUpperBounds() {
    counts.served(new ShownPage("v", "r", "home", new long[] {21}));
    counts.served(new ShownPage("v", "r2", "home", new long[] {21}));
    counts.served(new ShownPage("v", "r3", "home", new long[] {21}));
    counts.publish();
    ExplorationConfig config = new ExplorationConfig(0.02, 10, 0.1, 0.05, 2, false);
    Draws draws = choose(with(config), catalogue(60, 60, 60), 20, "r").draws();
    assertThat(draws.draws()).hasSize(1);
    Draw draw = draws.draws().get(0);
    assertThat(draw.place()).isEqualTo(10);
    assertThat(draw.options()).extracting(Draw.Option::item).containsExactly(10L, 20L, 21L);
    assertThat(draw.options().get(0).probability()).isCloseTo(0.6, within(1e-12));
    double one = Math.exp((0.80 + 0.1) / 0.05);
    double other = Math.exp((0.79 + 0.1 / 2) / 0.05);
    assertThat(draw.options().get(1).probability())
        .isCloseTo(0.4 * one / (one + other), within(1e-6));
    assertThat(draw.options().get(2).probability())
        .isCloseTo(0.4 * other / (one + other), within(1e-6));
    assertThat(draw.options().get(2).impressions()).isEqualTo(3);
  }

  @Test
  void draws_sameRequestAndGeneration_areTheSame() {
    Catalogue catalogue = catalogue(60, 60, 60);
    ExplorationConfig often = new ExplorationConfig(0.5, 10, 0.1, 1, 40, false);
    Slated first = choose(with(often), catalogue, 20, "r");
    Slated again = choose(with(often), catalogue, 20, "r");
    assertThat(ids(again)).isEqualTo(ids(first));
    assertThat(again.draws()).isEqualTo(first.draws());
    assertThat(again.removals()).isEqualTo(first.removals());
    assertThat(ids(choose(with(often), catalogue, 20, "other"))).isNotEqualTo(ids(first));
    counts.served(new ShownPage("v", "r", "search", new long[] {99}));
    counts.publish();
    Slated later = choose(with(often), catalogue, 20, "r");
    assertThat(later.draws().generation()).isEqualTo(first.draws().generation() + 1);
    assertThat(ids(later)).isNotEqualTo(ids(first));
  }

  @Test
  void draws_itemsWithManyImpressions_areNotExplored() {
    Catalogue catalogue = catalogue(60, 60, 60);
    for (int request = 0; request < 10; request++) {
      counts.served(new ShownPage("v", "r" + request, "home", LongStream.range(20, 59).toArray()));
    }
    counts.publish();
    for (int page = 0; page < 200; page++) {
      Draws draws = choose(with(ONE_PLACE), catalogue, 20, "r" + page).draws();
      assertThat(draws.draws().get(0).options()).hasSize(2);
      assertThat(draws.draws().get(0).options().get(1).item()).isEqualTo(59);
    }
    Catalogue small = catalogue(59, 59, 59);
    Draws none = choose(with(ONE_PLACE), small, 20, "r").draws();
    assertThat(none.on()).isTrue();
    assertThat(none.draws()).isEmpty();
    assertThat(none.propensity(10)).isEqualTo(1);
  }

  /** Every third item of the catalogue appears at the time of the request, the others long before. */
  @Test
  void draws_withAnAge_exploreOnlyItemsThatAreNotOlder() {
    Duration age = Duration.ofMinutes(10);
    Catalogue catalogue = catalogue(60, 60, 60);
    ExplorationConfig config = new ExplorationConfig(0.02, 10, age, 0.1, 1, 50, false);
    Draw draw = choose(with(config), catalogue, 20, "r").draws().draws().get(0);
    assertThat(draw.options()).extracting(Draw.Option::item).hasSize(14).startsWith(10L, 21L, 24L);
    Slated later =
        new SlateRules(with(config), counts)
            .choose(
                ranked(catalogue),
                20,
                ItemView.of(catalogue),
                new PageId("u", "r", "home"),
                NOW + age.toMillis() + 1,
                id -> 0);
    assertThat(later.draws().draws()).isEmpty();
  }

  @Test
  void draws_itemsThatTrainingSawOften_areNotExplored() {
    LongStream.range(20, 58).forEach(item -> earlier.put(item, 10L));
    earlier.put(58L, 9L);
    counts.served(new ShownPage("v", "r", "home", new long[] {58, 59}));
    counts.served(new ShownPage("v", "r2", "home", new long[] {59}));
    counts.publish();
    Draw draw = choose(with(ONE_PLACE), catalogue(60, 60, 60), 20, "r").draws().draws().get(0);
    assertThat(draw.options()).extracting(Draw.Option::item).containsExactly(10L, 58L, 59L);
    assertThat(draw.options())
        .as("the larger of the two counts, because both may hold the same impression")
        .extracting(Draw.Option::impressions)
        .containsExactly(Draw.KEPT, 9L, 2L);
  }

  @Test
  void explored_item_replacesAnotherAndTheRemovalSaysSo() {
    Catalogue catalogue = catalogue(60, 60, 60);
    Slated plain = choose(SlateConfig.NONE, catalogue, 20, "r");
    assertThat(plain.draws()).isEqualTo(Draws.OFF);
    int explored = 0;
    for (int page = 0; page < 100; page++) {
      Slated slated = choose(with(ONE_PLACE), catalogue, 20, "r" + page);
      List<Long> expected = new ArrayList<>(ids(plain));
      Draw draw = slated.draws().draws().get(0);
      if (draw.isExplored()) {
        explored++;
        long gone = expected.set(draw.place(), draw.item());
        assertThat(slated.removals())
            .containsExactly(new Removal(gone, 11, 1 - gone / 100f, Removal.Rule.EXPLORATION));
        assertThat(slated.draws().isExplored(draw.place())).isTrue();
      } else {
        assertThat(slated).extracting(Slated::removals).isEqualTo(List.of());
      }
      assertThat(ids(slated)).isEqualTo(expected);
    }
    assertThat(explored).isBetween(20, 60); // 40 are expected
  }

  @Test
  void rules_holdForEveryResultOfTheDraws() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      Catalogue catalogue =
          catalogue(10 + random.nextInt(60), 1 + random.nextInt(20), 1 + random.nextInt(9));
      SlateConfig rules =
          new SlateConfig(
              random.nextInt(4),
              random.nextInt(5),
              random.nextInt(5),
              Duration.ofMillis(100),
              random.nextBoolean() ? Set.of(1L, 30L) : Set.of(),
              Set.of(),
              Set.of(),
              Set.of(),
              ExplorationConfig.NONE);
      ExplorationConfig exploration =
          new ExplorationConfig(random.nextDouble() / 2, 10, 0.1, 1, 1 + random.nextInt(60), false);
      int size = 1 + random.nextInt(15);
      Slated plain = choose(rules, catalogue, size, "r");
      Slated slated = choose(rules.with(exploration), catalogue, size, "r" + seed);
      check("seed " + seed, rules, catalogue, plain, slated);
    }
  }

  private static void check(
      String seed, SlateConfig rules, Catalogue catalogue, Slated plain, Slated slated) {
    List<Draw> draws = slated.draws().draws();
    Set<Long> drawn = new HashSet<>();
    for (Draw draw : draws) {
      assertThat(draw.options().stream().mapToDouble(Draw.Option::probability).sum())
          .as(seed)
          .isCloseTo(1, within(1e-12));
      assertThat(draw.options()).as(seed).allMatch(option -> option.probability() > 0);
      assertThat(draw.options().get(0).probability()).as(seed).isGreaterThanOrEqualTo(0.5);
      assertThat(draw.options().get(0).item()).isEqualTo(ids(plain).get(draw.place()));
      assertThat(draw.options()).as(seed).allMatch(option -> drawn.add(option.item()));
      assertThat(draw.options()).as(seed).noneMatch(o -> rules.blockedItems().contains(o.item()));
    }
    // A cap must hold even if every draw picks an item of the same author or category.
    if (rules.perAuthor() > 0) {
      worst(plain, draws, id -> catalogue.author((int) id))
          .forEach(
              (name, most) -> assertThat(most).as(seed).isLessThanOrEqualTo(rules.perAuthor()));
    }
    if (rules.perCategory() > 0) {
      worst(plain, draws, id -> catalogue.category((int) id))
          .forEach(
              (name, most) -> assertThat(most).as(seed).isLessThanOrEqualTo(rules.perCategory()));
    }
    long fresh = ids(plain).stream().filter(id -> id % 3 == 0).count();
    long stays = ids(slated).stream().filter(id -> id % 3 == 0).count();
    assertThat(stays).as(seed).isGreaterThanOrEqualTo(Math.min(rules.freshItems(), fresh));
  }

  private interface Name {
    String of(long id);
  }

  /**
   * Returns how many items of each author or category a page can have at most, over all results of
   * the draws.
   */
  private static Map<String, Long> worst(Slated plain, List<Draw> draws, Name name) {
    Map<Integer, Draw> byPlace =
        draws.stream().collect(Collectors.toMap(Draw::place, Function.identity()));
    Map<String, Long> worst = new HashMap<>();
    for (int place = 0; place < plain.items().size(); place++) {
      Draw draw = byPlace.get(place);
      List<Long> options =
          draw == null
              ? List.of(plain.items().get(place).id())
              : draw.options().stream().map(Draw.Option::item).toList();
      options.stream().map(name::of).distinct().forEach(each -> worst.merge(each, 1L, Long::sum));
    }
    return worst;
  }

  @Test
  void share_ofManyPages_isTheShareOfImpressions() {
    Catalogue catalogue = catalogue(200, 200, 200);
    for (double share : new double[] {0.02, 0.06, 0.3, 0.5}) {
      ExplorationConfig config = new ExplorationConfig(share, 10, 0.1, 0.05, 100, false);
      int explored = 0;
      for (int page = 0; page < 2000; page++) {
        explored += choose(with(config), catalogue, 20, "r" + page).draws().explored();
      }
      double error = Math.sqrt(share * (1 - share) / 40_000);
      assertThat(explored / 40_000.0).as("share %s", share).isCloseTo(share, within(5 * error));
    }
  }
}
