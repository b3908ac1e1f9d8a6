package io.unipin.benchmarks.stages;

import io.unipin.counts.CountBuilder;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.counts.CountedRanking;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.prerank.FittedPreRank;
import io.unipin.prerank.PreRank;
import io.unipin.prerank.PreRankTables;
import io.unipin.serving.bundle.BundlePublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Two bundles with the same random weights, items and index. One of them has tables of counts and
 * the files of pre-ranking, in which every input has a weight.
 *
 * @param shape shape of the model; the items have the ids from 0 on
 * @param bundles folder of the bundles
 * @param users number of users whose actions are counted
 */
record StagesWorld(ModelConfig shape, Path bundles, int users) {
  static final String PLAIN = "plain";
  static final String COUNTED = "counted";

  private static final long SEED = 11;
  private static final int CATEGORIES = 50;
  private static final int AUTHORS = 5000;
  private static final int ACTIONS = 10;
  private static final int SHOWN = 10;
  private static final long UNTIL_MS = 1_700_000_000_000L;
  private static final long SPAN_MS = Duration.ofDays(28).toMillis();
  private static final long MINUTE_MS = 60_000;
  private static final float WEIGHT = 0.01f;

  /** Publishes both bundles, and returns the counts of the bundle that has counts. */
  CountedRanking publish(String index, Path scratch) throws IOException {
    Files.createDirectories(bundles);
    Catalogue catalogue = catalogue();
    Path model = scratch.resolve("model");
    ModelWriter.writeRandom(model, shape, SEED);
    BundlePublisher.publish(model, catalogue, index, bundles.resolve(PLAIN));
    FeedLog log = log(catalogue);
    Holdout holdout = Holdout.timeSplit(log, UNTIL_MS, UNTIL_MS);
    CountTables tables = CountBuilder.count(log, holdout);
    CountedRanking counts = new CountedRanking(tables, weights(tables));
    counts.write(model.resolve(CountedRanking.FOLDER));
    PreRankTables known = PreRankTables.of(log, holdout);
    known.write(model);
    preRank(PreRank.features(known, catalogue, tables).names()).write(model);
    BundlePublisher.publish(model, catalogue, index, bundles.resolve(COUNTED));
    return counts;
  }

  private Catalogue catalogue() {
    return Catalogue.of(
        IntStream.range(0, shape.items())
            .mapToObj(
                i ->
                    new CatalogueItem(
                        i,
                        "item " + i,
                        "category " + i % CATEGORIES,
                        UNTIL_MS - SPAN_MS,
                        new float[0],
                        "author " + i % AUTHORS,
                        "",
                        List.of()))
            .toList());
  }

  /** Returns four weeks in which low ids are shown and clicked most. */
  private FeedLog log(Catalogue catalogue) {
    FeedSchema schema = new FeedSchema(shape.actions(), shape.positives(), shape.surfaces());
    FeedLogBuilder log = new FeedLogBuilder(schema, catalogue);
    Random random = new Random(SEED);
    for (int user = 0; user < users; user++) {
      log.user("user " + user);
      long time =
          UNTIL_MS - SPAN_MS + (long) (random.nextDouble() * (SPAN_MS - ACTIONS * MINUTE_MS));
      for (int i = 0; i < ACTIONS; i++) {
        log.action(item(random), 1, 0, time + i * MINUTE_MS);
      }
      log.view(0, time + ACTIONS / 2 * MINUTE_MS);
      for (int i = 0; i < SHOWN; i++) {
        log.impression(item(random), i % 3 == 0 ? 1 : 0);
      }
    }
    return log.build();
  }

  private int item(Random random) {
    return (int) (shape.items() * Math.pow(random.nextDouble(), 4));
  }

  private CountWeights weights(CountTables tables) {
    Map<String, Float> all =
        tables.features().names().stream().collect(Collectors.toMap(name -> name, name -> WEIGHT));
    Map<String, CountWeights.Action> actions = new LinkedHashMap<>();
    shape.actions().forEach(action -> actions.put(action, new CountWeights.Action(1, 0, all)));
    return new CountWeights(tables.features(), actions);
  }

  private static FittedPreRank preRank(List<String> names) {
    List<FittedPreRank.Feature> features =
        names.stream().map(name -> new FittedPreRank.Feature(name, WEIGHT, 0)).toList();
    return new FittedPreRank(FittedPreRank.VERSION, 1, features, 0, 0, 0, 0, 0);
  }
}
