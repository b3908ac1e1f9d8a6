package io.unipin.tests;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.serving.bundle.BundlePublisher;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of counts for the items of a {@link TinyServer}. */
final class TinyCounts {
  private static final Instant UNTIL = Instant.parse("2024-01-10T00:00:00Z");
  private static final int USERS = 4;

  private TinyCounts() {}

  /**
   * Publishes {@code fresh}, the bundle of {@link ItemsServer}, with tables of counts. Writes the
   * same tables into the folder {@code counts/again}, so that a reload changes no answer.
   */
  static void publish(Path folder) {
    TinyServer.publish(folder, "plain", "Flat", 3, ItemsServer.CONTENT);
    Catalogue catalogue = Catalogue.read(folder.resolve("bundles/plain/catalogue.parquet"));
    CountTables tables = tables(catalogue);
    Path model = folder.resolve("model-plain");
    new CountedRanking(tables, weights(tables)).write(model.resolve(CountedRanking.FOLDER));
    BundlePublisher.publish(model, catalogue, "Flat", folder.resolve("bundles/fresh"));
    tables.write(folder.resolve("counts/again"));
  }

  /** Returns tables of a log in which users click on every other item. */
  private static CountTables tables(Catalogue catalogue) {
    FeedSchema schema =
        new FeedSchema(TinyServer.ACTIONS, List.of("click", "save"), List.of("home", "search"));
    long until = UNTIL.toEpochMilli();
    FeedLogBuilder log = new FeedLogBuilder(schema, catalogue);
    for (int user = 0; user < USERS; user++) {
      log.user("u" + user).action(0, 1, 0, until - 2000).view(0, until - 1000);
      for (int row = 0; row < catalogue.size(); row++) {
        log.impression(row, row % 2 == 0 ? 1 : 0);
      }
    }
    FeedLog built = log.build();
    return CountBuilder.count(built, Holdout.timeSplit(built, until, until));
  }

  private static CountWeights weights(CountTables tables) {
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    for (String action : TinyServer.ACTIONS) {
      actions.put(action, new CountWeights.Action(1, 0, Map.of("item.all.click", 0.5f)));
    }
    return new CountWeights(tables.features(), actions);
  }
}
