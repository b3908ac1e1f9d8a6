package io.unipin.benchmarks.micro;

import io.unipin.data.FeedLog;
import io.unipin.data.FeedLogReader;
import io.unipin.kvcache.KvType;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.serving.cli.ChildProcess;
import io.unipin.serving.cli.Home;
import io.unipin.train.EvaluationOptions;
import io.unipin.train.EvaluationProgress;
import io.unipin.train.Holdout;
import io.unipin.train.KvTypeCost;
import io.unipin.train.Part;
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
 * What rounded keys and values cost in quality, on models that are trained for it, a few seeds each. A model that was trained
 * before is taken as it is; the folder says with which settings.
 */
final class KvQuality {
  private static final List<KvType> ROUNDED = List.of(KvType.FLOAT16, KvType.INT8);
  private static final String SIMULATOR = "simulator";

  private final Home home;
  private final boolean quick;
  private double worstNdcg = Double.NEGATIVE_INFINITY;
  private double worstAuc = Double.NEGATIVE_INFINITY;

  /**
   * A data set and how it is trained.
   *
   * @param recipe the name of a folder of recipes
   * @param settings of training, beyond the recipe
   * @param holdout actions of every user that are tested on
   * @param users that are evaluated
   */
  private record Set(
      String name, String recipe, Map<String, String> settings, int holdout, int users) {}

  KvQuality(Home home, boolean quick) {
    this.home = home;
    this.quick = quick;
  }

  private List<Set> sets(Path data) {
    boolean real = Files.isDirectory(data.resolve("ml-100k"));
    String epochs = "training.epochs";
    if (quick) {
      Set simulated = new Set(SIMULATOR, SIMULATOR, Map.of(epochs, "2"), 3, 500);
      return real
          ? List.of(new Set("ml-100k", "ml-100k", Map.of(epochs, "2"), 5, 943), simulated)
          : List.of(simulated);
    }
    Map<String, String> kuai = Map.of(epochs, "3", "evaluation.holdout", "3");
    return real
        ? List.of(
            new Set("ml-100k", "ml-100k", Map.of(), 5, 943),
            new Set("kuairand-pure", "", kuai, 3, 12_000))
        : List.of(new Set(SIMULATOR, SIMULATOR, Map.of(), 3, 2_000));
  }

  /** By data set and type: loss, bounds, overlap. */
  Map<String, Object> run() throws IOException, InterruptedException {
    String folder = System.getenv("UNIPIN_DATA");
    Path data =
        folder == null || folder.isBlank()
            ? home.root().resolve("../shared/data")
            : Path.of(folder);
    Map<String, Object> results = new LinkedHashMap<>();
    for (Set set : sets(data)) {
      results.put(set.name(), measure(set, data));
    }
    return results;
  }

  private Map<String, Object> measure(Set set, Path data) throws IOException, InterruptedException {
    Path work = home.work("kv-cache").resolve(quick ? set.name() + "-quick" : set.name());
    Path feedLog = work.resolve("feedlog");
    if (!Files.isDirectory(feedLog)) {
      ChildProcess.run(
          home,
          set.name().equals(SIMULATOR)
              ? List.of("simulate", "--out", feedLog.toString())
              : List.of(
                  "import", data.resolve(set.name()).toString(), "--out", feedLog.toString()));
    }
    FeedLog log = FeedLogReader.read(feedLog, 0);
    List<ServingModel> models = new ArrayList<>();
    try {
      for (int seed = 1; seed <= (quick ? 1 : 3); seed++) {
        Path bundle = work.resolve("seed-" + seed);
        if (!Files.isDirectory(bundle)) {
          ChildProcess.run(home, training(set, feedLog, bundle, seed));
        }
        models.add(ServingModel.load(bundle.resolve("model"), EngineOptions.cpu()));
      }
      int threads = Runtime.getRuntime().availableProcessors();
      EvaluationOptions options =
          new EvaluationOptions(Part.TEST, threads, set.users(), 1, EvaluationProgress.none());
      Map<KvType, KvTypeCost> costs =
          KvTypeCost.of(log, Holdout.leaveLast(log, set.holdout()), models, ROUNDED, options);
      return json(costs, models.size());
    } finally {
      models.forEach(ServingModel::close);
    }
  }

  private List<String> training(Set set, Path feedLog, Path bundle, int seed) {
    List<String> arguments = new ArrayList<>(List.of("train", "--data", feedLog.toString()));
    arguments.addAll(List.of("--out", bundle.toString(), "--no-evaluation"));
    arguments.addAll(List.of("--set", "training.seed=" + seed));
    set.settings().forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    home.recipe(set.recipe(), "train.yaml")
        .ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
    return arguments;
  }

  private Map<String, Object> json(Map<KvType, KvTypeCost> costs, int seeds) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seeds", seeds);
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

  /** The largest bounds over all data sets and int8: of NDCG@10 and of AUC. */
  double[] worst() {
    return new double[] {worstNdcg, worstAuc};
  }
}
