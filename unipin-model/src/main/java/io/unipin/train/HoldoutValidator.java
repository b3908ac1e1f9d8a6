package io.unipin.train;

import io.unipin.data.FeedLog;
import io.unipin.model.ServingModel;

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
    double auc =
        evaluation.ranking().actions().stream()
            .mapToDouble(action -> action.model().auc())
            .filter(Double::isFinite)
            .average()
            .orElse(Double.NaN);
    return new Validation(evaluation.retrieval().model().ndcg(10), auc);
  }
}
