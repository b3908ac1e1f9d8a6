package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.PairedBootstrap;
import io.unipin.evaluate.PairedBootstrap.Difference;
import io.unipin.evaluate.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Compares two recipes, each trained with several seeds, by items that training did not know. The
 * models of both recipes are judged on the same users.
 *
 * <p>A difference of retrieval is computed from each user's mean over the seeds, and its interval
 * from resamples of users. A difference of AUC is the mean over the seeds; its interval reaches
 * from the lowest lower end of a seed to the greatest upper end.
 */
final class ColdComparison {
  private static final int LIST = 10;
  private static final String[] CLASSES = {"all", "cold", "warm"};

  private final List<ColdSeed> own;

  private final List<ColdSeed> changed;
  private final boolean[] cold;

  private ColdComparison(List<ColdSeed> own, List<ColdSeed> changed) {
    this.own = own;
    this.changed = changed;
    this.cold = changed.get(0).targets().cold();
    for (List<ColdSeed> side : List.of(own, changed)) {
      for (ColdSeed seed : side) {
        requireSame(seed);
      }
    }
  }

  private void requireSame(ColdSeed seed) {
    ColdSeed first = changed.get(0);
    if (!Arrays.equals(cold, seed.targets().cold())
        || !Arrays.equals(first.impressions().users(), seed.impressions().users())
        || !Arrays.equals(first.impressions().labels(), seed.impressions().labels())) {
      throw new IllegalStateException(
          "the same targets and impressions expected of every seed, got others");
    }
  }

  /**
   * Compares two recipes.
   *
   * @param own one element per seed of the data set's own recipe; empty if it was not trained
   * @param changed one element per seed of the other recipe
   */
  static ObjectNode of(List<ColdSeed> own, List<ColdSeed> changed) {
    return new ColdComparison(own, changed).json();
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode targets = json.putObject("targets");
    for (String name : CLASSES) {
      targets.put(name, where(name).length);
    }
    json.put("cold_impressions", changed.get(0).impressions().scores().length);
    ObjectNode overContent = JsonNodeFactory.instance.objectNode();
    if (!own.isEmpty()) {
      json.set("own", side(own));
      overContent.set("own", over(own, ColdSeed.Targets::content, "cold", true));
    }
    json.set("changed", side(changed));
    overContent.set("changed", over(changed, ColdSeed.Targets::content, "cold", true));
    json.set("baselines", baselines());
    json.set("cold_hr10_over_content", overContent);
    if (!own.isEmpty()) {
      json.set("changed_over_own", differences());
      json.set("bounds", bounds(json.path("own")));
    }
    return json;
  }

  /** Returns the places of the targets of a class. */
  private int[] where(String name) {
    return IntStream.range(0, cold.length)
        .filter(t -> name.equals("all") || cold[t] == name.equals("cold"))
        .toArray();
  }

  private Ranks ranks(int[] all, String name) {
    return new Ranks(all.length == 0 ? all : IntStream.of(where(name)).map(t -> all[t]).toArray());
  }

  private JsonNode side(List<ColdSeed> seeds) {
    return SliceSummary.of(seeds.stream().<JsonNode>map(this::figures).toList()).orElseThrow();
  }

  /** Returns the figures of one model. */
  private ObjectNode figures(ColdSeed seed) {
    ObjectNode json = retrieval(seed.targets().model());
    ColdSeed.Impressions impressions = seed.impressions();
    EvaluationJson.number(json, "auc", impressions.auc());
    EvaluationJson.number(json, "ne", impressions.ne());
    EvaluationJson.number(
        json, "cold_auc", BinaryMetrics.auc(impressions.scores(), impressions.labels()));
    double positives = gap(impressions.warm().positives(), impressions.cold().positives());
    double negatives = gap(impressions.warm().negatives(), impressions.cold().negatives());
    ObjectNode gap = json.putObject("score_gap");
    EvaluationJson.number(gap, "positives", positives);
    EvaluationJson.number(gap, "negatives", negatives);
    EvaluationJson.number(gap, "largest", Math.max(Math.abs(positives), Math.abs(negatives)));
    return json;
  }

  /** Returns by how much the mean prediction of warm items exceeds that of cold items, relative. */
  private static double gap(double warm, double cold) {
    return (warm - cold) / warm;
  }

  private ObjectNode retrieval(int[] all) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (String name : CLASSES) {
      Ranks ranks = ranks(all, name);
      ObjectNode figures = json.putObject(name);
      EvaluationJson.number(figures, "hr10", ranks.hr(LIST));
      EvaluationJson.number(figures, "ndcg10", ranks.ndcg(LIST));
    }
    return json;
  }

  private ObjectNode baselines() {
    ColdSeed.Targets targets = changed.get(0).targets();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("content_neighbours", retrieval(targets.content()));
    json.set("popularity", retrieval(targets.popularity()));
    json.set("content_popularity", retrieval(targets.contentPopularity()));
    return json;
  }

  /** Returns how much the models of a recipe exceed a baseline. */
  private JsonNode over(
      List<ColdSeed> seeds, Function<ColdSeed.Targets, int[]> baseline, String name, boolean hits) {
    double[] ours = mean(seeds, ColdSeed.Targets::model, name, hits);
    double[] theirs = mean(seeds, baseline, name, hits);
    return theirs.length == ours.length
        ? EvaluationJson.difference(PairedBootstrap.mean(ours, theirs))
        : JsonNodeFactory.instance.nullNode();
  }

  /** Returns each user's hit or NDCG, as the mean over the seeds. */
  private double[] mean(
      List<ColdSeed> seeds, Function<ColdSeed.Targets, int[]> ranks, String name, boolean hits) {
    List<double[]> each = new ArrayList<>();
    for (ColdSeed seed : seeds) {
      Ranks own = ranks(ranks.apply(seed.targets()), name);
      each.add(hits ? own.hits(LIST) : own.gains(LIST));
    }
    double[] mean = new double[each.get(0).length];
    for (double[] values : each) {
      for (int t = 0; t < mean.length; t++) {
        mean[t] += values[t] / each.size();
      }
    }
    return mean;
  }

  private ObjectNode differences() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (String name : CLASSES) {
      for (boolean hits : new boolean[] {true, false}) {
        Difference difference =
            PairedBootstrap.mean(
                mean(changed, ColdSeed.Targets::model, name, hits),
                mean(own, ColdSeed.Targets::model, name, hits));
        json.set(name + (hits ? "_hr10" : "_ndcg10"), EvaluationJson.difference(difference));
      }
    }
    json.set("cold_auc", EvaluationJson.difference(coldAuc()));
    return json;
  }

  private Difference coldAuc() {
    double sum = 0;
    double lower = Double.POSITIVE_INFINITY;
    double upper = Double.NEGATIVE_INFINITY;
    for (int seed = 0; seed < changed.size(); seed++) {
      ColdSeed.Impressions ours = changed.get(seed).impressions();
      if (ours.users().length == 0) {
        return new Difference(Double.NaN, Double.NaN, Double.NaN);
      }
      Difference each =
          PairedBootstrap.auc(
              ours.scores(), own.get(seed).impressions().scores(), ours.labels(), ours.users());
      sum += each.difference();
      lower = Math.min(lower, each.lower());
      upper = Math.max(upper, each.upper());
    }
    return new Difference(sum / changed.size(), lower, upper);
  }

  /**
   * Returns the worst figures of the changed recipe that are still within one spread of the data
   * set's own recipe.
   */
  private static ObjectNode bounds(JsonNode own) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (String name : List.of("all", "warm")) {
      for (String figure : List.of("hr10", "ndcg10")) {
        bound(json, name + "_" + figure, own.path(name).path(figure), -1);
      }
    }
    bound(json, "auc", own.path("auc"), -1);
    bound(json, "ne", own.path("ne"), 1);
    return json;
  }

  private static void bound(ObjectNode json, String key, JsonNode figure, int sign) {
    JsonNode mean = figure.path("mean");
    EvaluationJson.number(
        json,
        key,
        mean.isNumber() ? mean.asDouble() + sign * figure.path("spread").asDouble() : Double.NaN);
  }
}
