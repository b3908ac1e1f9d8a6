package io.unipin.serving.rpc;

import io.unipin.feedlog.FeedRules;
import io.unipin.serving.history.ActionEvent;
import io.unipin.settings.Nearest;
import java.util.List;
import java.util.Map;

/**
 * Checks single fields in the same way for all requests. An error becomes a violation. Not
 * thread-safe.
 */
final class RequestFields {
  private final Violations violations;
  private final long nowMs;

  RequestFields(Violations violations, long nowMs) {
    this.violations = violations;
    this.nowMs = nowMs;
  }

  void known(String field, String name, List<String> names) {
    if (!names.contains(name)) {
      violations.add(
          field, "one of " + Violations.shortened(names), name, Nearest.hint(name, names));
    }
  }

  /**
   * Checks the id of a user whose data is retracted or erased. Blank ids are valid here, because
   * earlier versions accepted them and may have stored data for them.
   */
  void storedUser(String id) {
    text("user_id", id, 1, FeedRules.ID_CHARS);
  }

  void id(String field, String id) {
    FeedRules.idFault(id)
        .ifPresent(
            expected -> violations.add(field, expected, id.isBlank() ? id : (Object) id.length()));
  }

  /**
   * Checks the time of a recorded action, which must be known and not in the future. An action from
   * the future would remain the user's newest action for a long time.
   */
  void happened(String field, long timeMs) {
    if (timeMs == 0) {
      violations.add(field, "the time of the action in milliseconds since 1970", "none");
    } else if (timeMs > nowMs + RequestLimits.AHEAD.toMillis() && FeedRules.isTime(timeMs)) {
      violations.add(
          field,
          "a time of at most %s minutes ahead of the server's, %s"
              .formatted(RequestLimits.AHEAD.toMinutes(), nowMs),
          timeMs);
    }
  }

  void text(String field, String text, int least, int most) {
    if (text.length() < least || text.length() > most) {
      violations.add(field, least + " to " + most + " characters", text.length());
    } else if (text.chars().anyMatch(Character::isISOControl)) {
      violations.add(field, "no control characters", "one");
    }
  }

  void time(String field, long timeMs) {
    if (!FeedRules.isTime(timeMs)) {
      violations.add(field, FeedRules.TIME, timeMs);
    } else if (FeedRules.looksLikeSeconds(timeMs)) {
      violations.add(field, FeedRules.TIME + ", not seconds,", timeMs);
    }
  }

  /** Checks the weights of some actions. */
  void weights(
      String field, Map<String, Float> weights, List<String> actions, float least, float most) {
    if (weights.size() > actions.size()) {
      violations.add(field, "at most " + actions.size() + " entries", weights.size());
      return;
    }
    weights.forEach(
        (action, weight) -> {
          String path = field + "[" + Violations.shortened(action) + "]";
          known(path, action, actions);
          violations.require(
              weight >= least && weight <= most, path, least + " to " + most, weight);
        });
  }

  /** Checks a revision. Returns 0 for an invalid revision. */
  long revision(String field, long revision) {
    boolean right = revision >= 0 && revision <= ActionEvent.MAX_REVISION;
    violations.require(right, field, "0 to " + ActionEvent.MAX_REVISION, revision);
    return right ? revision : 0;
  }

  void range(String field, int value, int most) {
    if (value < 0 || value > most) {
      violations.add(field, "0 to " + most, value);
    }
  }
}
