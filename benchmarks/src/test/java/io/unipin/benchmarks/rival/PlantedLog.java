package io.unipin.benchmarks.rival;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A log in which every user walks around a circle of items: each liked item is followed by the next
 * item on the circle. Between likes, a user hides random items. Every like and hide is also a
 * feedview.
 */
public final class PlantedLog {
  public static final int ITEMS = 40;
  public static final int USERS = 120;
  public static final long LIKE = 1;
  public static final long HIDE = 2;

  private static final int STEPS = 8;
  private static final long MINUTE = 60_000;

  private PlantedLog() {}

  public static FeedLog of(long seed) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      items.add(new CatalogueItem(100L + i, "item " + i, "", 0, new float[0]));
    }
    FeedSchema schema =
        new FeedSchema(List.of("like", "hide"), List.of("like"), List.of("home", "related"));
    FeedLogBuilder builder = new FeedLogBuilder(schema, Catalogue.of(items));
    Random random = new Random(seed);
    for (int user = 0; user < USERS; user++) {
      builder.user("u" + user);
      int first = random.nextInt(ITEMS);
      long time = 1_000_000_000L;
      for (int step = 0; step < STEPS; step++) {
        // Hidden items are far from the user's walk, so that they do not become targets later.
        int hidden = (first + STEPS + random.nextInt(ITEMS - STEPS)) % ITEMS;
        time = shown(builder, hidden, HIDE, time + MINUTE);
        time = shown(builder, (first + step) % ITEMS, LIKE, time + MINUTE * (1 + step));
      }
    }
    return builder.build();
  }

  private static long shown(FeedLogBuilder builder, int item, long bits, long time) {
    builder.view(0, time);
    builder.impression(item, bits);
    builder.action(item, bits, 0, time + 1);
    return time + 1;
  }
}
