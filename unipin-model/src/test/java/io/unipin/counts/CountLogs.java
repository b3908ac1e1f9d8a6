package io.unipin.counts;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.TestLogs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Builds small feed logs that span forty days. */
final class CountLogs {
  static final int ITEMS = 20;
  static final Instant BEGIN = Instant.parse("2024-03-01T00:00:00Z");
  static final Instant VALIDATION = BEGIN.plus(Duration.ofDays(35));
  static final Instant TEST = BEGIN.plus(Duration.ofDays(37));

  private static final int DAYS = 40;

  private CountLogs() {}

  static long day(double days) {
    return BEGIN.toEpochMilli() + (long) (days * Duration.ofDays(1).toMillis());
  }

  static Catalogue catalogue() {
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      String category = i % 7 == 0 ? "" : "category " + i % 3;
      String author = i % 5 == 0 ? "" : "author " + i % 4;
      items.add(
          new CatalogueItem(
              500L - i, "", category, FeedLog.NO_TIME, new float[0], author, "", List.of()));
    }
    return Catalogue.of(items);
  }

  /**
   * Returns a log with random labels. A few actions of each user are older than the first feedview.
   * Some items are rare, so some rows count only one user.
   */
  static FeedLog random(int users, long seed) {
    Random random = new Random(seed);
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue());
    for (int u = 0; u < users; u++) {
      builder.user("user-" + u);
      for (int i = random.nextInt(4); i > 0; i--) {
        builder.action(item(random), random.nextInt(4), 0, day(-1 - 0.1 * i));
      }
      double at = random.nextDouble();
      while (at < DAYS) {
        builder.view(random.nextInt(2), day(at));
        for (int k = random.nextInt(4); k >= 0; k--) {
          int item = item(random);
          long bits = random.nextInt(4);
          builder.impression(item, bits);
          if (bits != 0) {
            builder.action(item, bits, 0, day(at));
          }
        }
        at += 3 * random.nextDouble();
      }
    }
    return builder.build();
  }

  /** Returns a random item. Items with small row numbers are more frequent. */
  private static int item(Random random) {
    return (int) (ITEMS * Math.pow(random.nextDouble(), 3));
  }

  static Holdout holdout(FeedLog log) {
    return Holdout.timeSplit(log, VALIDATION.toEpochMilli(), TEST.toEpochMilli());
  }
}
