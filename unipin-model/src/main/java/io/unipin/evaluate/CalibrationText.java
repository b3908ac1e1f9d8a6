package io.unipin.evaluate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Formats a calibration as JSON and as lines of text. */
final class CalibrationText {
  /** The largest number of actions that a table shows. */
  private static final int SHOWN = 4;

  private final Calibration calibration;
  private final List<String> actions;
  private final boolean known;

  private CalibrationText(Calibration calibration) {
    this.calibration = calibration;
    this.actions = calibration.actions();
    this.known = !calibration.oracle().isEmpty();
  }

  static ObjectNode json(Calibration calibration) {
    return new CalibrationText(calibration).json();
  }

  static String table(Calibration calibration) {
    return new CalibrationText(calibration).table();
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Calibration.Input input : calibration.inputs()) {
      ObjectNode of = json.putObject(input.input().key());
      ObjectNode errors = of.putObject("error");
      for (int c = 0; c < actions.size(); c++) {
        EvaluationJson.number(errors, actions.get(c), input.error(c));
      }
      for (Calibration.Row row : input.rows()) {
        write(of.withArray("classes").addObject(), row);
      }
    }
    return json;
  }

  private void write(ObjectNode json, Calibration.Row row) {
    json.put("class", row.name());
    json.put("impressions", row.impressions());
    perAction(json.putObject("predicted"), row, Calibration.Figure::predicted);
    perAction(json.putObject("observed"), row, Calibration.Figure::observed);
    perAction(json.putObject("ece"), row, Calibration.Figure::error);
    if (known) {
      EvaluationJson.number(json, "predicted_first", row.first());
      EvaluationJson.number(json, "oracle", row.truth());
    }
  }

  private void perAction(
      ObjectNode json, Calibration.Row row, ToDoubleFunction<Calibration.Figure> figure) {
    for (int c = 0; c < actions.size(); c++) {
      EvaluationJson.number(json, actions.get(c), figure.applyAsDouble(row.figures().get(c)));
    }
  }

  private String table() {
    StringBuilder text = new StringBuilder();
    text.append("Calibration by class: mean probability, share that did it, calibration error\n");
    text.append(format("  %-16s %12s", "", "impressions"));
    actions.stream().limit(SHOWN).forEach(action -> text.append(format("%25s", action)));
    text.append(known ? format("%25s", "first position, oracle") : "").append('\n');
    for (Calibration.Input input : calibration.inputs()) {
      text.append("  ").append(input.input().key()).append('\n');
      input.rows().forEach(row -> append(text, row));
    }
    return text.toString();
  }

  private void append(StringBuilder text, Calibration.Row row) {
    text.append(String.format(Locale.ROOT, "    %-14s %,12d", row.name(), row.impressions()));
    for (Calibration.Figure figure : row.figures().subList(0, Math.min(SHOWN, actions.size()))) {
      text.append(
          String.format(
              Locale.ROOT,
              "     %.4f %.4f %.4f",
              figure.predicted(),
              figure.observed(),
              figure.error()));
    }
    if (known) {
      text.append(String.format(Locale.ROOT, "            %.4f %.4f", row.first(), row.truth()));
    }
    text.append('\n');
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
