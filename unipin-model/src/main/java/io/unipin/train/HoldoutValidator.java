package io.unipin.train;

import io.unipin.counts.CountTables;
import io.unipin.counts.CountedRanking;
import io.unipin.evaluate.Evaluation;
import io.unipin.evaluate.EvaluationOptions;
import io.unipin.evaluate.Evaluator;
import io.unipin.evaluate.HistoryEncoder;
import io.unipin.evaluate.PlattScaling;
import io.unipin.evaluate.Predictions;
import io.unipin.evaluate.page.PageFit;
import io.unipin.evaluate.page.PageRule;
import io.unipin.evaluate.prerank.PreRankFit;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.FileTree;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import io.unipin.model.features.FittedPageOrder;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PageOrder;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.prerank.CandidateFeatures;
import io.unipin.prerank.PreRank;
import io.unipin.prerank.PreRankFiles;
import io.unipin.prerank.PreRankTables;
import io.unipin.train.recipe.CountsUse;
import io.unipin.train.recipe.Task;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Validates on the held-out validation split of a log. Candidates are scored at the positions where
 * they were shown, because their labels depend on these positions. At other positions a checkpoint
 * that mistakes position effects for taste would look best. Targets and impressions of withheld
 * items are left out.
 */
final class HoldoutValidator implements Validator {
  /** Number of users whose activations are observed. */
  private static final int OBSERVED = 256;

  /** Largest number of users to whose pages the weights are fitted. */
  private static final int PAGES = 5000;

  private final FeedLog log;
  private final Holdout holdout;
  private final EvaluationOptions options;
  private final Task task;
  private final String action;
  private final CountsUse counts;

  HoldoutValidator(FeedLog log, Holdout holdout, TrainConfig config) {
    this.log = log;
    this.holdout = holdout;
    this.task = config.training().task();
    this.counts = config.training().counts();
    this.action = config.evaluation().headline(log);
    this.options =
        EvaluationOptions.validation(config.evaluation().users(), config.training().seed())
            .at(true);
  }

  @Override
  public Validation validate(ServingModel model) {
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, options);
    return new Validation(
        task.retrieves() ? evaluation.retrieval().model().ndcg(10) : Double.NaN,
        task.ranks() ? evaluation.ranking().auc(action) : Double.NaN);
  }

  @Override
  public void calibrate(Path directory) {
    int actions = log.schema().actions().size();
    float[] a = new float[actions];
    float[] b = new float[actions];
    Arrays.fill(a, 1);
    ModelWriter.calibrate(directory, a, b);
    Predictions predictions;
    try (ServingModel model = ServingModel.load(directory, EngineOptions.cpu())) {
      EvaluationOptions everyone = EvaluationOptions.validation(Integer.MAX_VALUE, 0).at(true);
      predictions = Evaluator.evaluate(log, holdout, model, everyone).predictions();
    }
    for (int c = 0; c < actions; c++) {
      float[] fitted = PlattScaling.fit(predictions.shownProbabilities(c), predictions.labels(c));
      a[c] = fitted[0];
      b[c] = fitted[1];
    }
    ModelWriter.calibrate(directory, a, b);
    observe(directory);
    CountedRanking counted = count(directory, predictions, a, b);
    FittedPageOrder.remove(directory);
    PreRankFiles.remove(directory);
    if (task.retrieves()) {
      try (ServingModel model = ServingModel.load(directory, EngineOptions.cpu())) {
        orderPages(directory, model, counted);
        preRank(directory, model, counted == null ? null : counted.tables());
      }
    }
  }

  /** Gives the model its counts, and returns them; null if it has none. */
  private @Nullable CountedRanking count(
      Path directory, Predictions predictions, float[] a, float[] b) {
    Path folder = directory.resolve(CountedRanking.FOLDER);
    try {
      FileTree.delete(folder);
    } catch (IOException e) {
      throw new TrainException("the folder %s cannot be removed: %s".formatted(folder, e), e);
    }
    if (counts == CountsUse.NONE || !task.ranks()) {
      return null;
    }
    List<float[]> calibrated = new ArrayList<>();
    for (int c = 0; c < a.length; c++) {
      calibrated.add(PlattScaling.scaled(predictions.shownProbabilities(c), a[c], b[c]));
    }
    Optional<CountedRanking> counted = ModelCounts.of(log, holdout, predictions, calibrated);
    counted.ifPresent(each -> each.write(folder));
    return counted.orElse(null);
  }

  /** Fits the weights that order a page. Fits them to the pages of the validation split. */
  private void orderPages(Path directory, ServingModel model, @Nullable CountedRanking counted) {
    List<String> names = log.schema().actions();
    if (!task.ranks()) {
      FittedPageOrder.ofRetrieval(names).write(directory);
      return;
    }
    PageRule page = new PageRule(PageRule.SERVED_CANDIDATES, PageOrder.ofRetrieval(names.size()));
    EvaluationOptions some = EvaluationOptions.validation(PAGES, options.seed());
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, some, page, counted);
    PageFit.fit(evaluation.retrieval().candidates(), names)
        .ifPresent(order -> order.write(directory));
  }

  /**
   * Counts popularity and followers of items, and fits the weights of pre-ranking to the targets of
   * the validation split.
   */
  private void preRank(Path directory, ServingModel model, @Nullable CountTables counted) {
    PreRankTables tables = PreRankTables.of(log, holdout);
    tables.write(directory);
    CandidateFeatures features = PreRank.features(tables, log.catalogue(), counted);
    PreRankFit.fit(log, holdout, model, features, tables.follows(), options.seed())
        .ifPresent(fitted -> fitted.write(directory));
  }

  /** Records the ranges of activations on histories of the log. Int8 needs these ranges. */
  private void observe(Path directory) {
    ModelConfig model = ModelWriter.config(directory);
    TrainingPart training = TrainingPart.of(log, holdout);
    List<TokenSequence> histories = new ArrayList<>();
    int step = Math.max(1, log.users() / OBSERVED);
    for (int user = 0; user < log.users(); user += step) {
      int end = training.holdout().trainEnd(user);
      histories.add(HistoryEncoder.tokens(training.log(), user, end, model));
    }
    ModelWriter.observe(directory, histories, new RequestContext(0, GapBuckets.UNKNOWN));
  }
}
