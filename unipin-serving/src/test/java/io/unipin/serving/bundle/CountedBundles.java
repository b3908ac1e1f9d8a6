package io.unipin.serving.bundle;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.ModelWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates tables of counts for the items of {@link TinyBundles}, and bundles with such tables. */
public final class CountedBundles {
  /** The time up to which the tables of published bundles count actions. */
  public static final Instant UNTIL = Instant.parse("2024-01-10T00:00:00Z");

  /** Users often click on an item if its row modulo this number has the chosen value. */
  public static final int EVERY = 4;

  /** Number of impressions of each item on each surface. Each user sees an item once there. */
  public static final int IMPRESSIONS = 12;

  private static final long HOUR_MS = Duration.ofHours(1).toMillis();
  private static final long CLICK = 1;
  private static final long HIDE = 4;

  private CountedBundles() {}

  /**
   * Returns tables of a log in which all users click on the items whose row modulo {@link #EVERY}
   * is {@code liked}. After an item of row r they click on the item of row r + 1.
   */
  public static CountTables tables(Catalogue catalogue, int liked, Instant until) {
    FeedSchema schema =
        new FeedSchema(TinyBundles.ACTIONS, List.of("click", "save"), TinyBundles.SURFACES);
    FeedLogBuilder log = new FeedLogBuilder(schema, catalogue);
    long begin = until.toEpochMilli() - HOUR_MS;
    for (int user = 0; user < IMPRESSIONS; user++) {
      log.user("u" + user);
      for (int row = 0; row < 2 * EVERY; row++) {
        log.action(row, CLICK, 0, begin + 1000L * row);
      }
      for (int surface = 0; surface < TinyBundles.SURFACES.size(); surface++) {
        log.view(surface, begin + HOUR_MS / 2 + surface);
        for (int row = 0; row < catalogue.size(); row++) {
          log.impression(row, row % EVERY == liked ? CLICK : user % 3 == 0 ? HIDE : 0);
        }
      }
    }
    long end = until.toEpochMilli();
    FeedLog built = log.build();
    return CountBuilder.count(built, Holdout.timeSplit(built, end, end));
  }

  /**
   * Returns weights that raise the probability of a click if the item got many clicks or follows
   * the user's last items.
   */
  public static CountWeights weights(CountTables tables) {
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    Map<String, Float> click = Map.of("item.all.click", 1.5f, "follow", 0.2f);
    actions.put("click", new CountWeights.Action(0.5f, 0.1f, click));
    actions.put("save", new CountWeights.Action(1, 0, Map.of()));
    actions.put("hide", new CountWeights.Action(1, 0, Map.of("item.all.hide", 0.5f)));
    return new CountWeights(tables.features(), actions);
  }

  /**
   * Publishes a bundle with the model that {@link TinyBundles#publish} gives this seed, and with
   * tables of counts.
   */
  public static void publish(
      Path folder, String name, long seed, CountTables tables, Path scratch) {
    Path model = scratch.resolve("model-" + name);
    ModelWriter.writeRandom(model, TinyBundles.config(), seed);
    publish(folder, name, model, TinyBundles.catalogue(), tables);
  }

  /** Adds tables of counts to a model, and publishes a bundle with the model. */
  public static void publish(
      Path folder, String name, Path model, Catalogue catalogue, CountTables tables) {
    new CountedRanking(tables, weights(tables)).write(model.resolve(CountedRanking.FOLDER));
    BundlePublisher.publish(model, catalogue, "exact", folder.resolve(name));
  }
}
