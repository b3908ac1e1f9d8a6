package io.unipin.train.recipe;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Protocol;
import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What a recipe keeps back, and how it is judged.
 *
 * @param protocol how the parts are cut
 * @param holdout last actions of every user kept for testing; of the protocol leave-last alone
 * @param validationFrom the instant from which on actions validate; of the protocol time-split
 *     alone, empty for the default
 * @param testFrom the instant from which on actions test, likewise
 * @param displayed whether candidates are scored at the position where they were shown, not at the
 *     first: for lists whose order is another system's ranking, which a request would know
 * @param users most users in a validation during training
 * @param action the action that a benchmark's one ranking figure is about, and by whose AUC a checkpoint is chosen;
 *     empty for the first positive one
 */
public record EvaluationSettings(
    Protocol protocol,
    int holdout,
    String validationFrom,
    String testFrom,
    boolean displayed,
    int users,
    String action) {
  private static final double TEST_SHARE = 0.1;
  private static final double VALIDATION_SHARE = 0.05;

  public EvaluationSettings {
    requirePositive("holdout", holdout);
    requirePositive("users", users);
    if (validationFrom.isEmpty() != testFrom.isEmpty()) {
      throw new SettingException(
          "testFrom",
          "both or none of validationFrom and testFrom expected, got '%s' and '%s'"
              .formatted(validationFrom, testFrom));
    }
    if (!testFrom.isEmpty()
        && millis("testFrom", testFrom) < millis("validationFrom", validationFrom)) {
      throw new SettingException(
          "testFrom",
          "not before validationFrom %s expected, got %s".formatted(validationFrom, testFrom));
    }
  }

  /** Cuts a feed log into its parts. */
  public Holdout holdout(FeedLog log) {
    return switch (protocol) {
      case LEAVE_LAST -> Holdout.leaveLast(log, holdout);
      case TIME_SPLIT ->
          testFrom.isEmpty()
              ? Holdout.latest(log, VALIDATION_SHARE, TEST_SHARE)
              : Holdout.timeSplit(
                  log, millis("validationFrom", validationFrom), millis("testFrom", testFrom));
    };
  }

  /** How the parts are cut, in words: equal where a log is cut into equal parts. */
  public String parts() {
    return switch (protocol) {
      case LEAVE_LAST -> "leave-last, holdout " + holdout;
      case TIME_SPLIT ->
          testFrom.isEmpty()
              ? "time-split by default"
              : "time-split from %s and %s".formatted(validationFrom, testFrom);
    };
  }

  /** The action that one ranking figure is about. */
  public String headline(FeedLog log) {
    return headline(log.schema());
  }

  public String headline(FeedSchema schema) {
    if (action.isEmpty()) {
      return schema.positives().get(0);
    }
    if (!schema.actions().contains(action)) {
      throw new TrainException(
          "evaluation.action: one of %s expected, got %s%s"
              .formatted(schema.actions(), action, Nearest.hint(action, schema.actions())));
    }
    return action;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new SettingException(name, "1 or more expected, got " + value);
    }
  }

  private static long millis(String name, String instant) {
    try {
      return Instant.parse(instant).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new SettingException(
          name, "an instant such as 2022-05-01T00:00:00Z expected, got " + instant);
    }
  }
}
