package io.unipin.train.recipe;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Protocol;
import io.unipin.feedlog.split.Withheld;
import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Settings of a recipe for held-out data and evaluation.
 *
 * @param protocol rule by which a feed log is split
 * @param holdout number of last actions of every user that are for the test; only for the protocol
 *     leave-last
 * @param validationFrom instant from which actions are for validation; only for the protocol
 *     time-split; empty to use the default
 * @param testFrom instant from which actions are for the test; only for the protocol time-split;
 *     empty to use the default
 * @param displayed whether candidates are scored at the positions where they were shown; otherwise
 *     all are scored at the first position. Set it to true if another system orders the lists:
 *     then the positions of the candidates are known at the time of a request
 * @param users largest number of users in a validation during training
 * @param action the action whose ranking figure a benchmark reports. Its AUC also chooses the
 *     checkpoint. Empty to use the first positive action
 * @param withheld share of the training part's items that are withheld, from 0 to 0.5; no training
 *     sees them, and the test part treats them as new
 * @param withheldSeed another seed withholds other items
 */
public record EvaluationSettings(
    Protocol protocol,
    int holdout,
    String validationFrom,
    String testFrom,
    boolean displayed,
    int users,
    String action,
    double withheld,
    long withheldSeed) {
  private static final double TEST_SHARE = 0.1;
  private static final double VALIDATION_SHARE = 0.05;

  public EvaluationSettings {
    requirePositive("holdout", holdout);
    requirePositive("users", users);
    if (!(withheld >= 0 && withheld <= Withheld.MOST)) {
      throw new SettingException(
          "withheld", "a number from 0 to %s expected, got %s".formatted(Withheld.MOST, withheld));
    }
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

  /** Divides a feed log into training, validation and test splits, and withholds items. */
  public Holdout holdout(FeedLog log) {
    Holdout holdout = split(log);
    return withheld == 0 ? holdout : holdout.withholding(withheld, withheldSeed);
  }

  private Holdout split(FeedLog log) {
    return switch (protocol) {
      case LEAVE_LAST -> Holdout.leaveLast(log, holdout);
      case TIME_SPLIT ->
          testFrom.isEmpty()
              ? Holdout.latest(log, VALIDATION_SHARE, TEST_SHARE)
              : Holdout.timeSplit(
                  log, millis("validationFrom", validationFrom), millis("testFrom", testFrom));
    };
  }

  /**
   * Returns a description of how a feed log is split and which items are withheld. Two settings
   * with equal descriptions split a log equally.
   */
  public String parts() {
    return withheld == 0 ? split() : split() + ", " + withheldText();
  }

  /** Returns a description of the withheld items, such as {@code withheld 0.1 (seed 0)}. */
  public String withheldText() {
    return withheld == 0
        ? "nothing withheld"
        : "withheld %s (seed %s)".formatted(withheld, withheldSeed);
  }

  private String split() {
    return switch (protocol) {
      case LEAVE_LAST -> "leave-last, holdout " + holdout;
      case TIME_SPLIT ->
          testFrom.isEmpty()
              ? "time-split by default"
              : "time-split from %s and %s".formatted(validationFrom, testFrom);
    };
  }

  /** Returns the action of a benchmark's single ranking figure. */
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
