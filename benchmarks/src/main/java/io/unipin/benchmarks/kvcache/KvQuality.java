package io.unipin.benchmarks.kvcache;

import io.unipin.benchmarks.model.BenchModel;
import io.unipin.benchmarks.quality.DataSet;
import io.unipin.benchmarks.quality.TrainedRecipe;
import io.unipin.cli.console.Home;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.EvaluationProgress;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.kvcache.KvType;
import io.unipin.model.ServingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Measures how much quality is lost when keys and values are rounded, on models of several recipes
 * and seeds.
 */
final class KvQuality {
  private static final List<KvType> ROUNDED = List.of(KvType.FLOAT16, KvType.INT8);
  private static final String PUBLIC = "ml-100k";
  private static final String SIMULATOR = "simulator";
  private static final int SEEDS = 3;

  private final Home home;
  private final boolean quick;
  private double worstNdcg = Double.NEGATIVE_INFINITY;
  private double worstAuc = Double.NEGATIVE_INFINITY;

  /**
   * A data set and its training.
   *
   * @param epochs number of training epochs; 0 for the recipe's number
   * @param users maximum number of users to evaluate
   */
  private record Set(String name, int epochs, int users) {}

  KvQuality(Home home, boolean quick) {
    this.home = home;
    this.quick = quick;
  }

  /** Returns a public data set, if it exists on this machine, and a simulated data set. */
  private List<Set> sets() {
    Set simulated = new Set(SIMULATOR, quick ? 2 : 0, quick ? 500 : 2_000);
    return Files.isDirectory(DataSet.folder(home).resolve(PUBLIC))
        ? List.of(new Set(PUBLIC, quick ? 2 : 0, 943), simulated)
        : List.of(simulated);
  }

  /** Returns loss, bounds and overlap, by data set and by type of keys and values. */
  Map<String, Object> run() throws IOException, InterruptedException {
    Map<String, Object> results = new LinkedHashMap<>();
    for (Set set : sets()) {
      results.put(set.name(), measure(set));
    }
    return results;
  }

  private Map<String, Object> measure(Set set) throws IOException, InterruptedException {
    TrainedRecipe trained = TrainedRecipe.of(home, set.name(), quick ? 1 : SEEDS, set.epochs());
    FeedLog log = FeedLogReader.read(trained.feedLog(), 0);
    Holdout holdout = trained.recipe().evaluation().holdout(log);
    List<ServingModel> models = new ArrayList<>();
    try {
      for (Path bundle : trained.bundles()) {
        models.add(ServingModel.load(bundle.resolve("model"), BenchModel.options()));
      }
      int threads = Runtime.getRuntime().availableProcessors();
      EvaluationOptions options =
          new EvaluationOptions(Part.TEST, threads, set.users(), 1, EvaluationProgress.none());
      return json(KvTypeCost.of(log, holdout, models, ROUNDED, options), models);
    } finally {
      models.forEach(ServingModel::close);
    }
  }

  private Map<String, Object> json(Map<KvType, KvTypeCost> costs, List<ServingModel> models) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seeds", models.size());
    KvTypeCost int8 = Objects.requireNonNull(costs.get(KvType.INT8));
    worstNdcg = Math.max(worstNdcg, int8.ndcg10LossBound());
    worstAuc = Math.max(worstAuc, int8.aucLossBound());
    costs.forEach(
        (type, cost) -> {
          Map<String, Object> row = new LinkedHashMap<>();
          row.put("ndcg10_loss", cost.ndcg10Loss());
          row.put("ndcg10_loss_bound", cost.ndcg10LossBound());
          row.put("auc_loss", cost.aucLoss());
          row.put("auc_loss_bound", cost.aucLossBound());
          row.put("top10_overlap", cost.top10Overlap());
          json.put(type.name().toLowerCase(Locale.ROOT), row);
        });
    return json;
  }

  /** Returns the largest loss bound of int8 over all data sets: first for NDCG@10, then for AUC. */
  double[] worst() {
    return new double[] {worstNdcg, worstAuc};
  }
}
