package io.unipin.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.TestLogs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CountBuilderTest {
  private static final int USERS = 40;

  @ParameterizedTest
  @CsvSource({"time, 0", "time, 0.3", "last, 0", "last, 0.3"})
  void count_randomLog_equalsANaiveCount(String split, double withheld) {
    FeedLog log = CountLogs.random(USERS, 1);
    Holdout whole = split.equals("time") ? CountLogs.holdout(log) : Holdout.leaveLast(log, 2);
    Holdout holdout = whole.withholding(withheld, 0);
    CountTables tables = CountBuilder.count(log, holdout);
    CountLayout layout = tables.layout();
    assertThat(layout.windows()).containsExactly(CountWindow.values());
    assertThat(layout.keys()).containsExactly(CountKey.values());
    NaiveCounts naive = new NaiveCounts(log, holdout);
    for (CountKey key : layout.keys()) {
      assertRows(
          tables.data().table(key),
          naive.rows(key, layout.windows(key), tables.until().toEpochMilli()),
          key);
    }
    assertFollowers(tables.followers(), naive);
  }

  private static void assertRows(CountTable table, Map<Long, NaiveCounts.Row> rows, CountKey key) {
    List<Long> keys = new ArrayList<>();
    for (int row = 0; row < table.size(); row++) {
      keys.add(table.key(row));
      NaiveCounts.Row naive = rows.get(table.key(row));
      for (int w = 0; naive != null && w < table.windows(); w++) {
        assertThat(table.shown(row, w)).as("%s %s %s", key, keys, w).isEqualTo(naive.shown(w));
        for (int action = 0; action < 2; action++) {
          assertThat(table.got(row, w, action)).isEqualTo(naive.got(w, action));
        }
      }
      assertThat(table.row(table.key(row))).isEqualTo(row);
    }
    assertThat(keys).as(key.toString()).containsExactlyElementsOf(rows.keySet()).isNotEmpty();
  }

  private static void assertFollowers(Followers followers, NaiveCounts naive) {
    Map<Integer, Map<Integer, Integer>> found = new TreeMap<>();
    for (int leader = 0; leader < followers.items(); leader++) {
      int last = Integer.MAX_VALUE;
      for (int place = followers.start(leader); place < followers.end(leader); place++) {
        assertThat(followers.count(place)).as("strongest first").isLessThanOrEqualTo(last);
        last = followers.count(place);
        found.computeIfAbsent(leader, unseen -> new TreeMap<>()).put(followers.item(place), last);
        int item = leader;
        long total = 0;
        for (int user = 0; user < USERS; user++) {
          total += naive.positives(user).stream().filter(each -> each == item).count();
        }
        assertThat(followers.leader(leader)).isEqualTo((int) total);
        assertThat(followers.strength(place)).isEqualTo((float) Math.log1p(1e4 * last / total));
      }
    }
    assertThat(found).isEqualTo(naive.followers()).hasSizeGreaterThan(3);
  }

  @Test
  void count_timeSplit_endsWhereTrainingEnds() {
    FeedLog log = CountLogs.random(USERS, 1);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    assertThat(tables.until()).isEqualTo(CountLogs.VALIDATION);
    assertThat(tables.generation()).startsWith("2024-04-05T00:00:00Z-").hasSize(33);
    assertThat(tables.bytes()).isGreaterThan(10_000).isLessThan(1_000_000);
  }

  @Test
  void count_rowsOfOneUser_areLeftOut() {
    FeedLogBuilder builder = TestLogs.log(3);
    for (int u = 0; u < 2; u++) {
      builder.user("u" + u);
      for (int t = 0; t < 9; t++) {
        builder.view(0, 1000 + t).impression(u, TestLogs.LIKE).impression(2, 0);
      }
    }
    FeedLog log = builder.build();
    CountTable items =
        CountBuilder.count(log, Holdout.leaveLast(log, 1)).data().table(CountKey.ITEM);
    assertThat(items.size()).isEqualTo(1);
    assertThat(items.key(0)).isEqualTo(2);
    assertThat(items.shown(0, 0)).isEqualTo(18);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 3, 20, 30})
  void count_shortLog_hasTheWindowsThatAreShorter(double days) {
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, CountLogs.catalogue());
    for (int u = 0; u < 3; u++) {
      builder.user("u" + u);
      builder.view(0, CountLogs.day(0)).impression(1, 0);
      builder.view(0, CountLogs.day(days)).impression(1, TestLogs.LIKE);
    }
    FeedLog log = builder.build();
    List<CountWindow> windows =
        CountBuilder.count(log, Holdout.leaveLast(log, 1)).layout().windows();
    assertThat(windows.stream().map(CountWindow::text))
        .containsExactly(
            days < 1
                ? new String[] {"all"}
                : days < 7
                    ? new String[] {"all", "1d"}
                    : days < 28
                        ? new String[] {"all", "7d", "1d"}
                        : new String[] {"all", "28d", "7d", "1d"});
  }

  @Test
  void count_logWithoutTimes_countsEverythingInOneWindow() {
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, CountLogs.catalogue());
    for (int u = 0; u < 3; u++) {
      builder.user("u" + u);
      builder.view(0, FeedLog.NO_TIME, 0).impression(1, TestLogs.LIKE);
    }
    FeedLog log = builder.build();
    CountTables tables = CountBuilder.count(log, Holdout.leaveLast(log, 1));
    assertThat(tables.until()).isEqualTo(Instant.EPOCH);
    assertThat(tables.layout().windows()).containsExactly(CountWindow.ALL);
    assertThat(tables.layout().before()).isFalse();
    assertThat(tables.data().table(CountKey.ITEM).shown(0, 0)).isEqualTo(3);
  }

  @Test
  void count_logWithoutImpressions_isRefused() {
    FeedLog log = TestLogs.withoutViews(TestLogs.random(20, 10, 9, 1));
    assertThatThrownBy(() -> CountBuilder.count(log, Holdout.leaveLast(log, 1)))
        .isInstanceOf(CountsException.class)
        .hasMessage("a feed log with impressions expected, got one without");
  }

  @Test
  void recount_sameLogUntilTheSameTime_givesTheSameGeneration() {
    FeedLog log = CountLogs.random(USERS, 2);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    CountTables again =
        CountBuilder.recount(log, CountLogs.VALIDATION, tables, CountLogs.catalogue());
    assertThat(again.generation()).isEqualTo(tables.generation());
    CountTables later = CountBuilder.recount(log, CountLogs.TEST, tables, CountLogs.catalogue());
    assertThat(later.generation()).isNotEqualTo(tables.generation());
    assertThat(later.features()).isEqualTo(tables.features());
    assertThat(later.until()).isEqualTo(CountLogs.TEST);
  }

  @Test
  void recount_logInAnotherOrder_countsForTheBundlesItemsActionsAndSurfaces() {
    FeedLog log = CountLogs.random(USERS, 3);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    FeedLog other = reordered(log);
    CountTables again = CountBuilder.recount(other, CountLogs.VALIDATION, tables, log.catalogue());
    assertThat(again.generation()).isEqualTo(tables.generation());
  }

  /**
   * Returns the same log with its items, actions and surfaces in the opposite order. The log also
   * has an item, an action and a surface that are new.
   */
  private static FeedLog reordered(FeedLog log) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < log.catalogue().size(); row++) {
      items.add(log.catalogue().item(row));
    }
    items.add(new CatalogueItem(9999, "", "new", FeedLog.NO_TIME, new float[0]));
    Collections.reverse(items);
    FeedSchema schema =
        new FeedSchema(
            List.of("share", "hide", "like"), List.of("like"), List.of("new", "related", "home"));
    FeedLogBuilder builder = new FeedLogBuilder(schema, Catalogue.of(items));
    int last = items.size() - 1;
    for (int u = 0; u < log.users(); u++) {
      builder.user(log.user(u));
      for (int i = log.actionStart(u); i < log.actionStart(u + 1); i++) {
        builder.action(
            last - log.actionItems()[i], swapped(log.actionBits()[i]), 2, log.actionTimes()[i]);
      }
      for (int view = log.viewStart(u); view < log.viewStart(u + 1); view++) {
        int surface = 2 - log.viewSurfaces()[view];
        builder.view(surface, log.viewTimes()[view], log.viewHistory()[view]);
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          builder.impression(last - log.impressionItems()[i], swapped(log.impressionBits()[i]));
        }
        builder.impression(0, 7);
      }
    }
    return builder.build();
  }

  /** Moves like from bit 0 to bit 2; hide stays bit 1. */
  private static long swapped(long bits) {
    return (bits & 1) << 2 | (bits & 2);
  }

  @Test
  void recount_otherItemsOrActionsOrNoTimes_isRefused() {
    FeedLog log = CountLogs.random(USERS, 3);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    Catalogue others = TestLogs.log(4).build().catalogue();
    assertThatThrownBy(() -> CountBuilder.recount(log, CountLogs.TEST, tables, others))
        .hasMessage("counts of the bundle's 4 items expected, got counts of 20 other items");
    FeedSchema schema = new FeedSchema(List.of("like"), List.of("like"), List.of("home"));
    FeedLog lacking =
        new FeedLogBuilder(schema, log.catalogue())
            .user("u")
            .action(0, 1, 0, 5)
            .view(0, 9)
            .impression(0, 1)
            .build();
    assertThatThrownBy(() -> CountBuilder.recount(lacking, CountLogs.TEST, tables, log.catalogue()))
        .hasMessage("a feed log with the actions [like, hide] expected, got [like]");
    FeedLog timeless =
        new FeedLogBuilder(TestLogs.SCHEMA, log.catalogue())
            .user("u")
            .action(0, 1, 0, FeedLog.NO_TIME)
            .view(0, FeedLog.NO_TIME, 0)
            .impression(0, 1)
            .build();
    assertThatThrownBy(
            () -> CountBuilder.recount(timeless, CountLogs.TEST, tables, log.catalogue()))
        .isInstanceOf(CountsException.class)
        .hasMessageContaining("times expected");
  }

  @Test
  void query_ofALog_readsTheLastPositives() {
    FeedLog log = CountLogs.random(USERS, 4);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    int user = 0;
    int history = log.actionStart(1) - log.actionStart(0);
    List<Integer> positives = new ArrayList<>();
    for (int i = 0; i < history; i++) {
      if ((log.actionBits()[i] & TestLogs.LIKE) != 0) {
        positives.add(0, log.actionItems()[i]);
      }
    }
    assertThat(positives).hasSizeGreaterThan(3);
    CountQuery query = tables.query(log, user, history, 1);
    assertThat(query.surface()).isEqualTo(1);
    assertThat(query.lastPositives())
        .containsExactly(positives.get(0), positives.get(1), positives.get(2));
    assertThat(tables.query(log, user, 0, 1).lastPositives()).isEmpty();
    assertThat(tables.query(log, user, 0, 1).segment()).isEqualTo(CountQuery.NONE);
  }

  @Test
  void query_unknownItems_areLeftOutOfTheSegment() {
    FeedLog log = CountLogs.random(USERS, 4);
    CountTables tables = CountBuilder.count(log, CountLogs.holdout(log));
    int[] categories = tables.data().categories();
    CountQuery query = tables.query(0, new int[] {1, CountQuery.NONE, 4, 2, 77});
    assertThat(query.segment()).isEqualTo(categories[1]).isEqualTo(categories[4]);
    assertThat(query.lastPositives()).containsExactly(77, 2, 4);
    int[] many = new int[60];
    many[0] = 1;
    assertThat(tables.query(0, many).segment()).as("item 0 has no category").isEqualTo(-1);
  }
}
