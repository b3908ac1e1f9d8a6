package io.unipin.benchmarks.quality;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.benchmarks.rival.CandidateRanker;
import io.unipin.benchmarks.rival.CountsRival;
import io.unipin.benchmarks.rival.DinRival;
import io.unipin.benchmarks.rival.RivalPages;
import io.unipin.benchmarks.rival.SequenceKind;
import io.unipin.benchmarks.rival.SequenceRival;
import io.unipin.cli.check.OutputFile;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.Ranks;
import io.unipin.feedlog.FeedLog;
import io.unipin.train.TrainOrigin;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Trains the rivals of one data set, seed by seed, and compares our model with them. Each rival is
 * trained on the training part of the same split, for at most as long as our model of the same
 * seed.
 *
 * <p>An interrupted benchmark continues where it stopped: rivals and comparisons that are done are
 * read from the work folder.
 */
final class RivalRuns {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ORIGIN = "origin";
  private static final String COUNTS = "counts";
  private static final String DIN = "din";

  private final FeedLog log;
  private final Path work;
  private final TrainConfig recipe;
  private final Consumer<String> say;
  private final TrainOrigin ours;

  /**
   * Creates the runs in a work folder.
   *
   * @param say receives lines about the progress
   */
  RivalRuns(FeedLog log, Path work, TrainConfig recipe, Consumer<String> say) {
    this.log = log;
    this.work = work;
    this.recipe = recipe;
    this.say = say;
    this.ours = TrainOrigin.of(recipe, log);
  }

  /**
   * Returns the comparison of one seed: {@code {rivals: {sasrec_full: {hr10, …}, …}, pair: {…}}}.
   *
   * @param model evaluates our model of this seed, if that is needed
   * @param limit time for which our model was trained
   */
  ObjectNode run(int seed, Supplier<Evaluation> model, Duration limit) throws IOException {
    Path folder = work.resolve("rivals").resolve("seed-" + seed);
    Path file = folder.resolve("comparison.json");
    String origin = ours.toText() + description();
    if (Files.exists(file)) {
      ObjectNode kept = (ObjectNode) JSON.readTree(file.toFile());
      if (kept.path(ORIGIN).asText().equals(origin)) {
        return kept;
      }
    }
    ObjectNode comparison = new Seed(seed, folder, limit).compare(model);
    comparison.put(ORIGIN, origin);
    OutputFile.write(file, JSON.writeValueAsString(comparison));
    return comparison;
  }

  /** Returns a text that changes whenever a rival or its training changes. */
  private String description() {
    StringBuilder text = new StringBuilder(DinRival.description());
    for (SequenceKind kind : SequenceKind.values()) {
      text.append(SequenceRival.description(kind, log, recipe));
    }
    return text.toString();
  }

  /** Returns the origin of a rival: our recipe and feed log, and the rival's own description. */
  private String origin(String rival) {
    return "%s %s %s".formatted(new TreeMap<>(ours.recipe()), new TreeMap<>(ours.feedLog()), rival);
  }

  /** Whether impressions of the test part show which of two rankers is better. */
  private static boolean ranks(Evaluation evaluation) {
    return evaluation.ranking().actions().stream()
        .anyMatch(action -> !Double.isNaN(action.model().auc()));
  }

  /** The rivals of one seed. */
  private final class Seed {
    private final int seed;
    private final Path folder;
    private final Duration limit;
    private final Map<SequenceKind, RivalFolder.Trained> retrievers = new LinkedHashMap<>();

    Seed(int seed, Path folder, Duration limit) {
      this.seed = seed;
      this.folder = folder;
      this.limit = limit;
    }

    ObjectNode compare(Supplier<Evaluation> model) throws IOException {
      for (SequenceKind kind : SequenceKind.values()) {
        if (kind.suits(log.catalogue().size())) {
          retrievers.put(kind, trained(kind));
        } else {
          say.accept(kind.key() + " is left out: the catalogue is too large for a full softmax");
        }
      }
      Evaluation evaluation = model.get();
      ObjectNode comparison = JsonNodeFactory.instance.objectNode();
      ObjectNode rivals = comparison.putObject("rivals");
      for (SequenceKind kind : retrievers.keySet()) {
        Ranks ranks = rival(kind).test(retriever(kind).tensors());
        ObjectNode json = RivalDifferences.retrieval(evaluation, ranks);
        rivals.set(kind.key(), json.setAll(retriever(kind).shown()));
      }
      comparison.set("pair", ranks(evaluation) ? ranked(evaluation, rivals) : alone(evaluation));
      return comparison;
    }

    private SequenceRival rival(SequenceKind kind) {
      return new SequenceRival(kind, log, recipe);
    }

    private RivalFolder.Trained retriever(SequenceKind kind) {
      RivalFolder.Trained trained = retrievers.get(kind);
      if (trained == null) {
        throw new IllegalStateException("a trained rival expected for " + kind.key());
      }
      return trained;
    }

    private RivalFolder.Trained trained(SequenceKind kind) throws IOException {
      String description = SequenceRival.description(kind, log, recipe);
      return new RivalFolder(folder.resolve(kind.key()), origin(description))
          .get(
              tensors -> {
                SequenceRival.Trained trained = rival(kind).train(recipe, seed, limit, say);
                tensors.accept(trained.tensors());
                ObjectNode json = figures(trained.epochs(), trained.seconds());
                EvaluationJson.number(json, "validation_ndcg10", trained.validation());
                return json;
              },
              say);
    }

    /** Compares the rankers, and returns the figures of the best pair. */
    private ObjectNode ranked(Evaluation evaluation, ObjectNode rivals) throws IOException {
      CountsRival counts = new CountsRival(log, recipe.evaluation());
      DinRival din = new DinRival(log, recipe.evaluation());
      RivalFolder.Trained trained =
          new RivalFolder(folder.resolve(DIN), origin(DinRival.description()))
              .get(
                  tensors -> {
                    DinRival.Trained result = din.train(seed, limit, say);
                    tensors.accept(result.tensors());
                    return figures(result.epochs(), result.seconds());
                  },
                  say);
      ObjectNode json = RivalDifferences.ranking(evaluation, din.predictions(trained.tensors()));
      rivals.set(DIN, json.setAll(trained.shown()));
      rivals.set(COUNTS, RivalDifferences.ranking(evaluation, counts.predictions()));
      SequenceKind best = best();
      RivalPages byCounts = pages(best, counts);
      RivalPages byDin = din.with(trained.tensors(), ranker -> pages(best, ranker));
      boolean dinIsBest = byDin.validation() > byCounts.validation();
      RivalPages pages = dinIsBest ? byDin : byCounts;
      return RivalDifferences.pages(evaluation, pages.test())
          .put("retriever", best.key())
          .put("ranker", dinIsBest ? DIN : COUNTS);
    }

    private RivalPages pages(SequenceKind kind, CandidateRanker ranker) {
      return rival(kind).pages(retriever(kind).tensors(), ranker);
    }

    /** Returns the figures of the best retriever, for a log from which no ranker can learn. */
    private ObjectNode alone(Evaluation evaluation) {
      SequenceKind best = best();
      return RivalDifferences.pages(evaluation, rival(best).test(retriever(best).tensors()))
          .put("retriever", best.key())
          .put("ranker", "none");
    }

    /** Returns the retriever with the highest NDCG@10 on the validation targets. */
    private SequenceKind best() {
      SequenceKind best = retrievers.keySet().iterator().next();
      for (SequenceKind kind : retrievers.keySet()) {
        best = validation(kind) > validation(best) ? kind : best;
      }
      return best;
    }

    private double validation(SequenceKind kind) {
      return retriever(kind).figures().path("validation_ndcg10").asDouble();
    }
  }

  private static ObjectNode figures(int epochs, double seconds) {
    return JsonNodeFactory.instance.objectNode().put("epochs", epochs).put("minutes", seconds / 60);
  }
}
