package io.unipin.train;

import io.unipin.data.FeedLog;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelWriter;
import io.unipin.model.ServingModel;
import java.nio.file.Path;
import java.util.Arrays;

/** Validates on the held-out validation part of a log. */
final class HoldoutValidator implements Validator {
  private final FeedLog log;
  private final Holdout holdout;
  private final EvaluationOptions options;

  HoldoutValidator(FeedLog log, Holdout holdout, TrainConfig config) {
    this.log = log;
    this.holdout = holdout;
    this.options =
        EvaluationOptions.validation(config.evaluation().users(), config.training().seed());
  }

  @Override
  public Validation validate(ServingModel model) {
    Evaluation evaluation = Evaluator.evaluate(log, holdout, model, options);
    return new Validation(evaluation.retrieval().model().ndcg(10), evaluation.ranking().meanAuc());
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
      EvaluationOptions everyone = EvaluationOptions.validation(Integer.MAX_VALUE, 0);
      predictions = Evaluator.evaluate(log, holdout, model, everyone).predictions();
    }
    for (int c = 0; c < actions; c++) {
      float[] fitted = PlattScaling.fit(predictions.probabilities(c), predictions.labels(c));
      a[c] = fitted[0];
      b[c] = fitted[1];
    }
    ModelWriter.calibrate(directory, a, b);
  }
}
