package io.unipin.train;

import io.unipin.data.FeedLog;
import io.unipin.model.ServingModel;

/** Validates on the held-out validation part of a log. */
final class HoldoutValidator implements Validator {
  private final FeedLog log;
  private final Holdout holdout;
  private final EvaluationSettings settings;

  HoldoutValidator(FeedLog log, Holdout holdout, EvaluationSettings settings) {
    this.log = log;
    this.holdout = holdout;
    this.settings = settings;
  }

  @Override
  public Validation validate(ServingModel model) {
    return new Validation(log.users() + settings.users() + holdout.trainEnd(0), Double.NaN);
  }
}
