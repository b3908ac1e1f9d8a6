package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Calibration of a model's probabilities for each class of gap, surface, position and history
 * length. Immutable.
 *
 * @param actions names of the action types, in the order of the schema
 * @param inputs one table per input, in the order of {@link SlateInput}
 * @param oracle name of the action whose probability the log's oracle states; empty when no name
 *     was given
 */
public record Calibration(List<String> actions, List<Input> inputs, String oracle) {

  /** An input, with one row for each of its classes that occurs among held-out impressions. */
  record Input(SlateInput input, List<Row> rows) {

    /**
     * Returns the distance between mean probability and observed share, averaged over the classes.
     * The weight of a class is the number of its impressions.
     */
    double error(int action) {
      double sum = 0;
      long impressions = 0;
      for (Row row : rows) {
        Figure figure = row.figures().get(action);
        sum += row.impressions() * Math.abs(figure.predicted() - figure.observed());
        impressions += row.impressions();
      }
      return impressions == 0 ? Double.NaN : sum / impressions;
    }
  }

  /**
   * Figures of one class.
   *
   * @param figures one per action, in the order of the schema
   * @param first mean predicted probability of the oracle's action at the first position; NaN
   *     without an oracle
   * @param truth mean of the oracle over the same impressions; {@code first} should equal this
   *     mean; NaN without an oracle
   */
  record Row(String name, int impressions, List<Figure> figures, double first, double truth) {}

  /**
   * Figures of one action in one class.
   *
   * @param predicted mean of the probabilities that were computed for the position at which each
   *     impression was shown
   * @param observed share of the impressions that got the action
   * @param error calibration error over 15 bins with equal numbers of impressions
   */
  record Figure(double predicted, double observed, double error) {}

  /**
   * Returns the calibration of an evaluation's predictions.
   *
   * @param oracle name of an action; the log's oracle states the probability of this action for a
   *     user who looks at the impression; empty to leave the oracle out
   * @throws IllegalArgumentException when {@link #checkOracle} refuses the oracle
   */
  public static Calibration of(Evaluation evaluation, String oracle) {
    Predictions predictions = evaluation.predictions();
    FeedSchema schema = predictions.schema();
    checkOracle(predictions.log(), oracle, evaluation.displayed());
    Told told = Told.of(predictions, oracle);
    List<Input> inputs = new ArrayList<>();
    for (SlateInput input : SlateInput.values()) {
      int[] classes = predictions.classes(input);
      List<Row> rows = new ArrayList<>();
      for (int index : Arrays.stream(classes).sorted().distinct().toArray()) {
        int[] of = IntStream.range(0, classes.length).filter(i -> classes[i] == index).toArray();
        rows.add(told.row(input.name(index, schema), of));
      }
      inputs.add(new Input(input, List.copyOf(rows)));
    }
    return new Calibration(schema.actions(), List.copyOf(inputs), oracle);
  }

  /**
   * Refuses an oracle that does not fit the log or the evaluation.
   *
   * @param displayed whether candidates are scored at the positions where they were shown; an
   *     oracle can be compared only with scores at the first position
   * @throws IllegalArgumentException when {@code displayed} is true, the log has no oracle, or the
   *     action does not exist
   */
  public static void checkOracle(FeedLog log, String oracle, boolean displayed) {
    if (oracle.isEmpty()) {
      return;
    }
    List<String> actions = log.schema().actions();
    if (!actions.contains(oracle)) {
      throw new IllegalArgumentException(
          "oracle: one of %s expected, got %s".formatted(actions, oracle));
    }
    if (log.impressionOracle().length == 0) {
      throw new IllegalArgumentException(
          "oracle: a feed log with an oracle expected, got one without");
    }
    if (displayed) {
      throw new IllegalArgumentException(
          "oracle: evaluation.displayed=false expected, got true; an oracle is about the first"
              + " position");
    }
  }

  /**
   * Predictions and labels of all impressions.
   *
   * @param shown one array (impressions) per action: the probabilities that were computed for
   *     the position at which each impression was shown
   * @param labels one array (impressions) per action: whether the impression got the action
   * @param first (impressions) probabilities of the oracle's action at the first position; empty
   *     without an oracle
   * @param truth (impressions) the log's oracle; empty without an oracle
   */
  private record Told(List<float[]> shown, List<boolean[]> labels, float[] first, float[] truth) {

    static Told of(Predictions predictions, String oracle) {
      boolean known = !oracle.isEmpty();
      int action = predictions.schema().actions().indexOf(oracle);
      return new Told(
          IntStream.range(0, predictions.actions())
              .mapToObj(predictions::shownProbabilities)
              .toList(),
          IntStream.range(0, predictions.actions()).mapToObj(predictions::labels).toList(),
          known ? predictions.probabilities(action) : new float[0],
          known ? predictions.oracle() : new float[0]);
    }

    /** Returns the figures of one class. */
    Row row(String name, int[] of) {
      List<Figure> figures = new ArrayList<>();
      for (int c = 0; c < shown.size(); c++) {
        float[] probabilities = pick(shown.get(c), of);
        boolean[] did = new boolean[of.length];
        for (int i = 0; i < did.length; i++) {
          did[i] = labels.get(c)[of[i]];
        }
        figures.add(
            new Figure(
                mean(probabilities),
                BinaryMetrics.baseRate(did),
                BinaryMetrics.calibrationError(probabilities, did)));
      }
      boolean known = truth.length > 0;
      return new Row(
          name,
          of.length,
          List.copyOf(figures),
          known ? mean(pick(first, of)) : Double.NaN,
          known ? mean(pick(truth, of)) : Double.NaN);
    }
  }

  private static float[] pick(float[] values, int[] indices) {
    float[] picked = new float[indices.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = values[indices[i]];
    }
    return picked;
  }

  private static double mean(float[] values) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> values[i])
        .average()
        .orElse(Double.NaN);
  }

  /** Returns all figures, grouped by input. */
  public ObjectNode toJson() {
    return CalibrationText.json(this);
  }

  /** Returns the figures of the first few actions as a text table. */
  public String toTable() {
    return CalibrationText.table(this);
  }
}
