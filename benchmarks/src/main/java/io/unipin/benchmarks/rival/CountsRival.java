package io.unipin.benchmarks.rival;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.RankingRow;
import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slates;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.TrainException;
import java.util.List;

/**
 * The {@link CountsBaseline} as a rival that needs no trained model. It is fitted and measured on
 * the splits of a log that a recipe makes. Immutable.
 */
public final class CountsRival implements CandidateRanker {
  private final FeedLog log;
  private final CountsBaseline baseline;
  private final DinRows test;

  /**
   * Counts on the training split, and fits the weights on the validation split.
   *
   * @throws TrainException if the test split has no impressions
   */
  public CountsRival(FeedLog log, EvaluationSettings settings) {
    Holdout holdout = settings.holdout(log);
    this.log = log;
    this.baseline = CountsBaseline.of(log, holdout);
    this.test = DinRows.of(log, new Slates(log, holdout), Part.TEST);
    if (test.size() == 0) {
      throw new TrainException("impressions in every part expected, got none in " + Part.TEST);
    }
  }

  /**
   * Returns figures per action of the test split, and the fitted weights:
   * {@code {auc: {click: …}, gauc: …, log_loss: …, ece: …, weights: {click: {item: …}}}}.
   */
  public ObjectNode judge() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode auc = json.putObject("auc");
    ObjectNode gauc = json.putObject("gauc");
    ObjectNode logLoss = json.putObject("log_loss");
    ObjectNode error = json.putObject("ece");
    ObjectNode weights = json.putObject("weights");
    float[][] probabilities = probabilities();
    List<String> names = log.schema().actions();
    for (int c = 0; c < names.size(); c++) {
      RankingRow row =
          RankingRow.ofProbabilities(
              probabilities[c], probabilities[c], test.labels(c), test.groups());
      EvaluationJson.number(auc, names.get(c), row.auc());
      EvaluationJson.number(gauc, names.get(c), row.gauc());
      EvaluationJson.number(logLoss, names.get(c), row.logLoss());
      EvaluationJson.number(error, names.get(c), row.calibrationError());
      ObjectNode own = weights.putObject(names.get(c));
      baseline.weights(c).forEach(own::put);
    }
    return json;
  }

  @Override
  public float[] probabilities(int user, int history, int surface, int[] items) {
    return baseline.probabilities(user, surface, items);
  }

  /** Returns the predictions for the test impressions. */
  public RankerPredictions predictions() {
    return new RankerPredictions(test.users(), probabilities());
  }

  /** Returns the probabilities (actions, rows). */
  private float[][] probabilities() {
    int actions = log.schema().actions().size();
    float[][] probabilities = new float[actions][test.size()];
    float[] slate = new float[0];
    for (int row = 0; row < test.size(); row++) {
      if (row == 0 || test.slates()[row].from() != test.slates()[row - 1].from()) {
        slate = baseline.probabilities(test.users()[row], test.slates()[row]);
      }
      int place = test.impressions()[row] - test.slates()[row].from();
      for (int c = 0; c < actions; c++) {
        probabilities[c][row] = slate[place * actions + c];
      }
    }
    return probabilities;
  }
}
