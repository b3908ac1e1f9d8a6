package io.unipin.benchmarks.rival;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.EvaluationJson;
import io.unipin.evaluate.RankingRow;
import io.unipin.evaluate.SlateGroups;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slates;
import io.unipin.feedlog.split.TrainingPart;
import io.unipin.model.files.FloatTensor;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.TrainException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A rival model for ranking: a {@link DinModel} that is trained on the training impressions of a
 * log. Not thread-safe.
 *
 * <p>The best epoch has the highest AUC of the recipe's action on the validation impressions. The
 * result is measured on the test impressions.
 */
public final class DinRival {
  private static final int EPOCHS = 15;
  private static final int PATIENCE = 3;
  private static final int BATCH = 256;
  private static final int LARGE_BATCH = 2048;
  private static final Duration UNLIMITED = Duration.ofDays(365);

  private final FeedLog log;
  private final int action;
  private final DinRows train;
  private final DinRows validation;
  private final DinRows test;

  /**
   * Creates the rival for a log and for the splits that a recipe makes of the log.
   *
   * @throws TrainException if a split has no impressions
   */
  public DinRival(FeedLog log, EvaluationSettings settings) {
    this.log = log;
    this.action = log.schema().actions().indexOf(settings.headline(log));
    Holdout holdout = settings.holdout(log);
    TrainingPart training = TrainingPart.of(log, holdout);
    this.train = rows(training.log(), training.holdout(), Part.TRAIN);
    this.validation = rows(log, holdout, Part.VALIDATION);
    this.test = rows(log, holdout, Part.TEST);
  }

  private static DinRows rows(FeedLog log, Holdout holdout, Part part) {
    DinRows rows = DinRows.of(log, new Slates(log, holdout), part);
    if (rows.size() == 0) {
      throw new TrainException("impressions in every part expected, got none in " + part);
    }
    return rows;
  }

  /**
   * Trains and evaluates one model. Returns figures per action of the test split:
   * {@code {din_auc: {click: …}, din_gauc: …, din_log_loss: …}}.
   *
   * @param said receives a line of text per epoch
   */
  public ObjectNode judge(long seed, Consumer<String> said) {
    try (DinModel model = model(seed)) {
      train(model, seed, UNLIMITED, said);
      return figures(model);
    }
  }

  private DinModel model(long seed) {
    return new DinModel(
        log.catalogue().size() + 1,
        log.schema().actions().size(),
        log.schema().surfaces().size(),
        seed);
  }

  private DinModel model(Map<String, FloatTensor> tensors) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> weights.put(name, tensor.toArray()));
    DinModel model = model(0);
    model.restore(weights);
    return model;
  }

  /**
   * A trained rival.
   *
   * @param tensors the weights after the best epoch
   * @param epochs number of trained epochs
   */
  public record Trained(Map<String, FloatTensor> tensors, int epochs, double seconds) {}

  /**
   * Trains one model.
   *
   * @param limit time after which no further epoch begins
   * @param said receives a line of text per epoch
   */
  public Trained train(long seed, Duration limit, Consumer<String> said) {
    try (DinModel model = model(seed)) {
      return train(model, seed, limit, said);
    }
  }

  private Trained train(DinModel model, long seed, Duration limit, Consumer<String> said) {
    long begin = System.nanoTime();
    Random random = new Random(seed);
    List<Integer> order = train.inOrder();
    boolean[] labels = validation.labels(action);
    double best = Double.NEGATIVE_INFINITY;
    Map<String, float[]> kept = model.copy();
    int epoch = 0;
    for (int bestEpoch = 0;
        epoch < EPOCHS
            && epoch - bestEpoch < PATIENCE
            && System.nanoTime() - begin < limit.toNanos(); ) {
      epoch++;
      Collections.shuffle(order, random);
      double loss = 0;
      for (int from = 0; from < order.size(); from += BATCH) {
        int to = Math.min(order.size(), from + BATCH);
        loss +=
            model.step(train.batch(order.subList(from, to))) * (double) (to - from) / order.size();
      }
      double auc = BinaryMetrics.auc(of(action, probabilities(model, validation)), labels);
      said.accept(
          String.format(Locale.ROOT, "DIN epoch %s: loss %.4f, AUC %.4f", epoch, loss, auc));
      if (auc > best) {
        best = auc;
        bestEpoch = epoch;
        kept = model.copy();
      }
    }
    model.restore(kept);
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    kept.forEach((name, values) -> tensors.put(name, FloatTensor.of(values, values.length)));
    return new Trained(tensors, epoch, (System.nanoTime() - begin) / 1e9);
  }

  /** Passes a trained rival to {@code use} and returns the result. Closes the model afterwards. */
  public <T> T with(Map<String, FloatTensor> tensors, Function<CandidateRanker, T> use) {
    try (DinModel model = model(tensors)) {
      return use.apply(
          (row, history, surface, items) ->
              model.probabilities(DinRows.candidates(log, row, history, surface, items)));
    }
  }

  /** Returns the predictions of a trained rival for the test impressions. */
  public RankerPredictions predictions(Map<String, FloatTensor> tensors) {
    try (DinModel model = model(tensors)) {
      float[] all = probabilities(model, test);
      float[][] columns = new float[log.schema().actions().size()][];
      for (int c = 0; c < columns.length; c++) {
        columns[c] = of(c, all);
      }
      return new RankerPredictions(test.users(), columns);
    }
  }

  /** Returns a text that changes whenever the rival or its training changes. */
  public static String description() {
    return "din of %s epochs, patience %s, batches of %s, %s"
        .formatted(EPOCHS, PATIENCE, BATCH, DinModel.DESCRIPTION);
  }

  /** Returns the probability of each action for each row: (rows, actions). */
  private static float[] probabilities(DinModel model, DinRows rows) {
    int actions = rows.log().schema().actions().size();
    List<Integer> order = rows.inOrder();
    float[] probabilities = new float[rows.size() * actions];
    for (int from = 0; from < rows.size(); from += LARGE_BATCH) {
      int to = Math.min(rows.size(), from + LARGE_BATCH);
      float[] some = model.probabilities(rows.batch(order.subList(from, to)));
      System.arraycopy(some, 0, probabilities, from * actions, some.length);
    }
    return probabilities;
  }

  private float[] of(int bit, float[] probabilities) {
    int actions = log.schema().actions().size();
    float[] column = new float[probabilities.length / actions];
    for (int row = 0; row < column.length; row++) {
      column[row] = probabilities[row * actions + bit];
    }
    return column;
  }

  private ObjectNode figures(DinModel model) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode auc = json.putObject("din_auc");
    ObjectNode gauc = json.putObject("din_gauc");
    ObjectNode logLoss = json.putObject("din_log_loss");
    SlateGroups groups = test.groups();
    float[] probabilities = probabilities(model, test);
    List<String> names = log.schema().actions();
    for (int c = 0; c < names.size(); c++) {
      float[] ranking = of(c, probabilities);
      RankingRow row = RankingRow.ofProbabilities(ranking, ranking, test.labels(c), groups);
      EvaluationJson.number(auc, names.get(c), row.auc());
      EvaluationJson.number(gauc, names.get(c), row.gauc());
      EvaluationJson.number(logLoss, names.get(c), row.logLoss());
    }
    return json;
  }
}
