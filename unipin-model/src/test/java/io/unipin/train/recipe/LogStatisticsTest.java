package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.TestLogs;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogStatisticsTest {
  private static final long SECOND = 1000;

  /**
   * Returns a log of ten users. User u has 4 + u actions on the items 0, 1, 2, …, and liked all but
   * item 1. Two of the last actions of each user are held out.
   */
  private static FeedLogBuilder log() {
    FeedLogBuilder builder = TestLogs.log(20);
    for (int user = 0; user < 10; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 4 + user; i++) {
        builder.action(i, i == 1 ? TestLogs.HIDE : TestLogs.LIKE, 0, SECOND * (i + 1));
      }
    }
    return builder;
  }

  @Test
  void of_aLog_countsTheTrainingPartAlone() {
    FeedLog log = log().build();
    LogStatistics data = LogStatistics.of(log, Holdout.leaveLast(log, 1));
    assertThat(data.users()).isEqualTo(10);
    assertThat(data.catalogue()).isEqualTo(20);
    assertThat(data.actions()).as("2 + 3 + … + 11").isEqualTo(65);
    assertThat(data.targets()).isEqualTo(55);
    assertThat(data.items()).as("items 0 and 2 to 10").isEqualTo(10);
    assertThat(data.targetsPerItem()).isEqualTo(5.5);
    assertThat(data.rare()).as("items 7 to 10 have 4, 3, 2 and 1 likes").isEqualTo(0.4);
    assertThat(data.medianHistory()).isEqualTo(6);
    assertThat(data.longHistory()).isEqualTo(10);
    assertThat(data.shown()).isZero();
    assertThat(data.toText())
        .isEqualTo(
            "10 users, 10 items, 65 actions; of an item: 5.5 positive actions, 40 % of the items"
                + " have fewer than 5; of a user: 6 actions in the median, 10 at the 90th"
                + " percentile");
  }

  @Test
  void of_feedviews_countsTheActionsThatTheyShow() {
    FeedLogBuilder builder = TestLogs.log(20);
    for (int user = 0; user < 2; user++) {
      builder.user("u" + user);
      for (int i = 0; i < 6; i++) {
        builder.action(i, TestLogs.LIKE, 0, SECOND * 10 * (i + 1));
      }
      builder.view(0, SECOND * 9);
      builder.impression(user, TestLogs.LIKE);
      builder.impression(19, 0);
      builder.view(0, SECOND * 59);
      builder.impression(5, TestLogs.LIKE);
    }
    FeedLog log = builder.build();
    assertThat(LogStatistics.of(log, Holdout.leaveLast(log, 1)).shown())
        .as("one of four training actions; the second view is held out")
        .isEqualTo(0.25);
  }

  @Test
  void of_withheldItems_leavesThemOut() {
    FeedLog log = TestLogs.random(40, 30, 20, 3);
    Holdout holdout = Holdout.leaveLast(log, 1);
    LogStatistics all = LogStatistics.of(log, holdout);
    LogStatistics fewer = LogStatistics.of(log, holdout.withholding(0.3, 0));
    assertThat(fewer.items()).isLessThan(all.items());
    assertThat(fewer.actions()).isLessThan(all.actions());
    assertThat(fewer.catalogue()).isEqualTo(all.catalogue());
  }

  @Test
  void of_describedItems_countsTheValuesThatTwoItemsHave() {
    List<CatalogueItem> items =
        List.of(item(1, "news", "anna", "a", "b"), item(2, "news", "ben", "a"), item(3, "", "ben"));
    FeedLog log = new FeedLogBuilder(TestLogs.SCHEMA, Catalogue.of(items)).build();
    assertThat(LogStatistics.of(log, Holdout.leaveLast(log, 1)).shared())
        .isEqualTo(Map.of("attributes", 1, "category", 1, "author", 1));
  }

  @Test
  void of_withheldItems_doesNotCountTheirValues() {
    List<CatalogueItem> pairs =
        IntStream.range(0, 20).mapToObj(i -> item(i, "category " + i / 2, "")).toList();
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, Catalogue.of(pairs));
    builder.user("anna");
    for (int i = 0; i < 20; i++) {
      builder.action(i, TestLogs.LIKE, 0, SECOND * (i + 1));
    }
    FeedLog log = builder.build();
    Holdout holdout = Holdout.leaveLast(log, 1);
    assertThat(LogStatistics.of(log, holdout).shared()).containsEntry("category", 10);
    assertThat(LogStatistics.of(log, holdout.withholding(0.3, 0)).shared().get("category"))
        .isLessThan(10);
  }

  private static CatalogueItem item(long id, String category, String author, String... tags) {
    return new CatalogueItem(
        id, "item " + id, category, 0, new float[0], author, "", List.of(tags));
  }

  @Test
  void of_aLogWithoutActions_isZero() {
    FeedLog log = TestLogs.log(3).build();
    LogStatistics data = LogStatistics.of(log, Holdout.leaveLast(log, 1));
    assertThat(data)
        .isEqualTo(
            new LogStatistics(
                0, 3, 0, 0, 0, 0, 0, 0, 0, 0, Map.of("attributes", 0, "category", 0, "author", 0)));
    assertThat(data.targetsPerItem()).isZero();
  }
}
