package io.unipin.feedlog.review;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.review.Finding.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

final class ReviewTest {
  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("click", "save"), List.of("click"), List.of("home"));

  private static final long NOW_MS = 1_700_000_000_000L;
  private static final long START_MS = 1_690_000_000_000L;
  private static final long HOUR_MS = 3_600_000L;
  private static final int ITEMS = 120;
  private static final int USERS = 300;

  private static CatalogueItem plain(int id) {
    return new CatalogueItem(id, "Title " + id, "", FeedLog.NO_TIME, new float[0]);
  }

  /** Returns a log of users with 5 actions an hour apart. {@code more} adds further rows. */
  private static FeedLog log(IntFunction<CatalogueItem> item, Consumer<FeedLogBuilder> more) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int id = 0; id < ITEMS; id++) {
      items.add(item.apply(id));
    }
    FeedLogBuilder builder = new FeedLogBuilder(SCHEMA, Catalogue.of(items));
    for (int user = 0; user < USERS; user++) {
      builder.user("u" + user);
      for (int a = 0; a < 5; a++) {
        int chosen = (user * 7 + a * 31 + (user * a) % 11) % ITEMS;
        builder.action(chosen, 1 + user % 4 / 3 * 2, 0, START_MS + a * HOUR_MS + user);
      }
    }
    more.accept(builder);
    return builder.build();
  }

  private static List<Finding> review(
      IntFunction<CatalogueItem> item, Consumer<FeedLogBuilder> more) {
    return Review.of(log(item, more), NOW_MS);
  }

  private static Finding find(List<Finding> findings, String name) {
    return findings.stream()
        .filter(finding -> finding.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " expected, got " + findings));
  }

  @Test
  void of_soundLog_findsNothing() {
    assertThat(review(ReviewTest::plain, builder -> {})).isEmpty();
  }

  @Test
  void of_usersWithOneAction_countsThem() {
    List<Finding> findings =
        review(
            ReviewTest::plain,
            builder -> {
              for (int user = 0; user < 400; user++) {
                builder.user("single" + user).action(user % ITEMS, 1, 0, START_MS);
              }
            });
    Finding found = find(findings, "one-action-users");
    assertThat(found.count()).isEqualTo(400);
    assertThat(found.weight()).isEqualTo(Weight.REGRET);
    assertThat(found.example()).startsWith("user single");
  }

  @Test
  void of_fewUsersWithEnoughActions_saysWhatToSet() {
    FeedLog empty = new FeedLogBuilder(SCHEMA, Catalogue.of(List.of(plain(1)))).build();
    assertThat(find(Review.of(empty, NOW_MS), "few-tested-users").weight())
        .isEqualTo(Weight.REFUSE);
    assertThat(find(Review.of(empty, NOW_MS), "no-actions").weight()).isEqualTo(Weight.REFUSE);
  }

  @Test
  void of_secondsAndFutureTimes_namesOneOfThem() {
    List<Finding> findings =
        review(
            ReviewTest::plain,
            builder ->
                builder
                    .user("clock")
                    .action(1, 1, 0, START_MS / 1000)
                    .action(2, 1, 0, NOW_MS + 48 * HOUR_MS));
    assertThat(find(findings, "seconds-as-milliseconds").example()).contains("1690000000");
    assertThat(find(findings, "future-times").count()).isOne();
  }

  @Test
  void of_repeatedActions_countsAllButTheFirst() {
    List<Finding> findings =
        review(
            ReviewTest::plain,
            builder -> {
              builder.user("twice");
              for (int a = 0; a < 40; a++) {
                builder.action(3, 1, 0, START_MS);
              }
            });
    Finding found = find(findings, "repeated-actions");
    assertThat(found.count()).isEqualTo(39);
    assertThat(found.weight()).isEqualTo(Weight.REGRET);
    assertThat(found.example()).isEqualTo("user twice, item 3");
  }

  @Test
  void of_contentThatCountsActions_isALeak() {
    FeedLog plain = log(ReviewTest::plain, builder -> {});
    int[] counts = new int[ITEMS];
    for (int item : plain.actionItems()) {
      counts[item]++;
    }
    IntFunction<CatalogueItem> leaking =
        id ->
            new CatalogueItem(
                id,
                "T" + id,
                "",
                FeedLog.NO_TIME,
                new float[] {id * 37 % 11, (float) Math.log1p(counts[id])});
    Finding found = find(review(leaking, builder -> {}), "content-follows-actions");
    assertThat(found.count()).isOne();
    assertThat(found.example()).startsWith("content[1]");
  }

  @Test
  void of_impressionsThatAllHaveActions_missContrast() {
    List<Finding> findings =
        review(
            ReviewTest::plain,
            builder -> {
              builder.user("shown").action(1, 1, 0, START_MS);
              for (int view = 0; view < 10; view++) {
                builder.view(0, START_MS + (view + 2) * HOUR_MS).impression(view, 1);
              }
            });
    assertThat(find(findings, "no-contrast").count()).isEqualTo(10);
  }

  @Test
  void of_keysThatDifferInCase_namesBoth() {
    IntFunction<CatalogueItem> keyed =
        id ->
            new CatalogueItem(
                id,
                "T" + id,
                "",
                FeedLog.NO_TIME,
                new float[0],
                "",
                id == 7 ? "SKU 6" : "sku " + id);
    Finding found = find(review(keyed, builder -> {}), "nearly-equal-keys");
    assertThat(found.count()).isOne();
    assertThat(found.example()).isEqualTo("'sku 6' and 'SKU 6'");
  }

  @Test
  void of_actionThatNeverOccurs_isNamed() {
    FeedLogBuilder builder = new FeedLogBuilder(SCHEMA, Catalogue.of(List.of(plain(1), plain(2))));
    builder.user("u").action(0, 1, 0, START_MS).action(1, 1, 0, START_MS + HOUR_MS);
    Finding found = find(Review.of(builder.build(), NOW_MS), "action-never-occurs");
    assertThat(found.what()).contains("'save'");
  }

  @Test
  void correlation_ofRanks_isOneForAnyMonotonousFunction() {
    double[] a = {5, 1, 9, 3, 3};
    double[] b = {25, 1, 81, 9, 9};
    assertThat(LeakReview.correlation(LeakReview.ranks(a), LeakReview.ranks(b)))
        .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(LeakReview.ranks(a)).containsExactly(3, 0, 4, 1.5, 1.5);
  }
}
