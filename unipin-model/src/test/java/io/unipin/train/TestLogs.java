package io.unipin.train;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.features.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Builds small feed logs in memory. */
public final class TestLogs {
  public static final long LIKE = 1;
  public static final long HIDE = 2;
  public static final FeedSchema SCHEMA =
      new FeedSchema(List.of("like", "hide"), List.of("like"), List.of("home", "related"));

  private TestLogs() {}

  public static FeedLogBuilder log(int items) {
    return new FeedLogBuilder(SCHEMA, catalogue(items));
  }

  static Catalogue catalogue(int items) {
    return Catalogue.of(
        IntStream.range(0, items)
            .mapToObj(i -> new CatalogueItem(100L + i, "item " + i, "", 0, new float[0]))
            .toList());
  }

  /**
   * Returns a log of users with random actions, including repeats. Feedviews of one to four
   * impressions lie between the actions.
   */
  public static FeedLog random(int users, int items, int mostActions, long seed) {
    Random random = new Random(seed);
    FeedLogBuilder builder = log(items);
    for (int u = 0; u < users; u++) {
      builder.user("user-" + u);
      int actions = random.nextInt(mostActions + 1);
      long time = 1_700_000_000_000L;
      for (int i = 0; i < actions; i++) {
        time += 1000L * random.nextInt(4000);
        builder.action(random.nextInt(items), random.nextInt(4), random.nextInt(2), time);
        if (random.nextInt(3) == 0 || i + 1 == actions) {
          view(builder, items, time + random.nextInt(2), random);
        }
      }
    }
    return builder.build();
  }

  private static void view(FeedLogBuilder builder, int items, long time, Random random) {
    builder.view(random.nextInt(2), time);
    for (int k = random.nextInt(4); k >= 0; k--) {
      builder.impression(random.nextInt(items), random.nextInt(4));
    }
  }

  /**
   * Returns the same log with content (three numbers) and a time of creation for its items. Every
   * seventh item has no content, and every fifth item has no time.
   */
  public static FeedLog withContent(FeedLog log, long seed) {
    Random random = new Random(seed);
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < log.catalogue().size(); row++) {
      float[] content = {random.nextFloat(), random.nextFloat() - 0.5f, 3 * random.nextFloat()};
      long created = 1_700_000_000_000L - 1000L * random.nextInt(50 * 24 * 3600);
      items.add(
          new CatalogueItem(
              log.catalogue().id(row),
              "",
              "",
              row % 5 == 0 ? FeedLog.NO_TIME : created,
              row % 7 == 0 ? new float[0] : content));
    }
    return onCatalogue(log, Catalogue.of(items));
  }

  /** Returns the configuration of a small model for logs of this class. It reads no content. */
  public static ModelConfig smallModel(int items) {
    return new ModelConfig(
        items, 0, 8, 16, 2, 2, 1, 32, 16, SCHEMA.actions(), SCHEMA.positives(), SCHEMA.surfaces());
  }

  /** Returns the same log over another catalogue, which must have all items of the log. */
  public static FeedLog onCatalogue(FeedLog log, Catalogue catalogue) {
    FeedLogBuilder builder = new FeedLogBuilder(log.schema(), catalogue);
    for (int u = 0; u < log.users(); u++) {
      builder.user(log.user(u));
      for (int i = log.actionStart(u); i < log.actionStart(u + 1); i++) {
        builder.action(
            catalogue.row(log.catalogue().id(log.actionItems()[i])),
            log.actionBits()[i],
            log.actionSurfaces()[i],
            log.actionTimes()[i]);
      }
      for (int view = log.viewStart(u); view < log.viewStart(u + 1); view++) {
        builder.view(log.viewSurfaces()[view], log.viewTimes()[view], log.viewHistory()[view]);
        for (int i = log.impressionStart(view); i < log.impressionStart(view + 1); i++) {
          builder.impression(
              catalogue.row(log.catalogue().id(log.impressionItems()[i])), log.impressionBits()[i]);
        }
      }
    }
    return builder.build();
  }

  /** Returns the same log without its feedviews. */
  public static FeedLog withoutViews(FeedLog log) {
    FeedLogBuilder builder = new FeedLogBuilder(log.schema(), log.catalogue());
    for (int u = 0; u < log.users(); u++) {
      builder.user(log.user(u));
      for (int i = log.actionStart(u); i < log.actionStart(u + 1); i++) {
        builder.action(
            log.actionItems()[i],
            log.actionBits()[i],
            log.actionSurfaces()[i],
            log.actionTimes()[i]);
      }
    }
    return builder.build();
  }
}
