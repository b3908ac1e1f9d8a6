package io.unipin.benchmarks.items;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.simulator.LiveFeed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@link WeekClicks}. */
final class WeekClicksTest {
  private static final long DAY_MS = 24L * 3600 * 1000;
  private static final long OLD = 1;
  private static final long YOUNG = 2;
  private static final Map<Long, Long> CREATED = Map.of(OLD, 0L, YOUNG, DAY_MS);

  private static LiveFeed.Visit visit(String user) {
    return new LiveFeed.Visit(user, DAY_MS + DAY_MS - 1, "home");
  }

  private static LiveFeed.Reaction reaction(long item, String action) {
    return new LiveFeed.Reaction(item, List.of(action), 2 * DAY_MS);
  }

  /** Returns two pages: one user clicks on two items, the other one only saves. */
  private static WeekClicks clicks() {
    WeekClicks clicks = new WeekClicks();
    clicks.add(visit("a"), List.of(reaction(OLD, "click"), reaction(YOUNG, "click")), CREATED);
    clicks.add(visit("b"), List.of(reaction(OLD, "save")), CREATED);
    return clicks;
  }

  @Test
  void add_clicksAndOthers_countsClicksAndThoseOnYoungItems() {
    WeekClicks clicks = clicks();
    assertThat(clicks.pages()).isEqualTo(2);
    assertThat(clicks.all()).isEqualTo(2);
    assertThat(clicks.young()).isEqualTo(1);
  }

  @Test
  void read_writtenClicks_areEqual(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("kept").resolve("seed-1.json");
    assertThat(WeekClicks.read(file)).isEmpty();
    clicks().write(file);
    WeekClicks read = WeekClicks.read(file).orElseThrow();
    assertThat(read.pages()).isEqualTo(2);
    assertThat(read.all()).isEqualTo(2);
    read.add(visit("a"), List.of(reaction(YOUNG, "click")), CREATED);
    assertThat(read.young()).isEqualTo(2);
  }

  @Test
  void compare_userOfOnePlayOnly_hadNoClicksInTheOther() {
    WeekClicks other = new WeekClicks();
    other.add(visit("b"), List.of(reaction(YOUNG, "click")), CREATED);
    List<double[]> all = new ArrayList<>();
    List<double[]> young = new ArrayList<>();
    clicks().compare(other, all, young);
    assertThat(all).containsExactlyInAnyOrder(new double[] {2, 0}, new double[] {-1, 1});
    assertThat(young).containsExactlyInAnyOrder(new double[] {1, 0}, new double[] {-1, 1});
  }
}
