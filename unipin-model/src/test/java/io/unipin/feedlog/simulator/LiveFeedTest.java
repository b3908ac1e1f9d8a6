package io.unipin.feedlog.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LiveFeedTest {
  private static final SimulatorConfig CONFIG = new SimulatorConfig(30, 200, 10, 5, 4, 0.3, 3);
  private static final long DAY = 24L * 3600 * 1000;

  /**
   * Plays the feed until a time. Each visit gets the pages that the simulator chooses. Returns all
   * visits and reactions.
   */
  private static List<Object> play(LiveFeed feed, long untilMs) {
    List<Object> all = new ArrayList<>();
    while (feed.hasVisit(untilMs)) {
      all.add(feed.next());
      all.addAll(feed.show(feed.page()));
    }
    return all;
  }

  @Test
  void visits_comeInOrderOfTimeAndAreRepeatable() {
    List<Object> all = play(new LiveFeed(CONFIG), Long.MAX_VALUE);
    List<Long> times =
        all.stream()
            .filter(LiveFeed.Visit.class::isInstance)
            .map(visit -> ((LiveFeed.Visit) visit).timeMs())
            .toList();
    assertThat(times).isSorted().hasSizeBetween(150, 600);
    assertThat(all).hasAtLeastOneElementOfType(LiveFeed.Reaction.class);
    assertThat(play(new LiveFeed(CONFIG), Long.MAX_VALUE)).isEqualTo(all);
    LiveFeed halves = new LiveFeed(CONFIG);
    List<Object> inTwo = play(halves, LiveFeed.START_MS + 10 * DAY);
    inTwo.addAll(play(halves, Long.MAX_VALUE));
    assertThat(inTwo).isEqualTo(all);
  }

  /** Returns the times of each user's visits to a feed that shows its pages in reverse order. */
  private static Map<String, List<Long>> times(LiveFeed feed, boolean reversed) {
    Map<String, List<Long>> times = new TreeMap<>();
    while (feed.hasVisit(Long.MAX_VALUE)) {
      LiveFeed.Visit visit = feed.next();
      times.computeIfAbsent(visit.user(), user -> new ArrayList<>()).add(visit.timeMs());
      long[] page = feed.page();
      feed.show(reversed ? reversed(page) : page);
    }
    return times;
  }

  private static long[] reversed(long[] page) {
    return IntStream.range(0, page.length).mapToLong(i -> page[page.length - 1 - i]).toArray();
  }

  @Test
  void visits_otherPages_differByTheSecondsOnItemsAlone() {
    Map<String, List<Long>> plain = times(new LiveFeed(CONFIG), false);
    Map<String, List<Long>> reversed = times(new LiveFeed(CONFIG), true);
    assertThat(reversed).isNotEqualTo(plain).containsOnlyKeys(plain.keySet());
    plain.forEach(
        (user, visits) -> {
          List<Long> others = Objects.requireNonNull(reversed.get(user));
          assertThat(others).hasSameSizeAs(visits);
          for (int visit = 0; visit < visits.size(); visit++) {
            long mostSeconds = 120L * visit;
            assertThat(others.get(visit)).isCloseTo(visits.get(visit), within(1000 * mostSeconds));
          }
        });
  }

  @Test
  void items_appearWhileTheFeedRuns() {
    LiveFeed feed = new LiveFeed(CONFIG);
    int first = feed.items(0, LiveFeed.START_MS + 1).size();
    int later = feed.items(LiveFeed.START_MS + 1, Long.MAX_VALUE).size();
    assertThat(first + later).isEqualTo(200);
    assertThat(later).isBetween(30, 90);
  }

  @Test
  void show_places_areLookedAtLessTheLowerTheyAre() {
    int[] byPlace = new int[5];
    LiveFeed feed = new LiveFeed(CONFIG);
    while (feed.hasVisit(Long.MAX_VALUE)) {
      feed.next();
      long[] page = feed.page();
      for (LiveFeed.Reaction reaction : feed.show(page)) {
        for (int place = 0; place < page.length; place++) {
          byPlace[place] += page[place] == reaction.item() ? 1 : 0;
        }
      }
    }
    assertThat(byPlace[0]).isGreaterThan(byPlace[4] * 3 / 2);
    assertThat(byPlace[4]).isPositive();
  }

  @Test
  void show_unknownItem_isRefused() {
    LiveFeed feed = new LiveFeed(CONFIG);
    feed.next();
    assertThatThrownBy(() -> feed.show(new long[] {-7})).hasMessageContaining("got -7");
  }
}
