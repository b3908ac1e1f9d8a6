package io.unipin.serving.kafka;

import io.unipin.settings.SettingException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names of the topics. An empty name switches the topic off.
 *
 * @param actions users' actions that the server records
 * @param deadLetters records of the actions topic that can't be read
 * @param served served pages and recorded actions, as in the served log
 * @param exposures users' first exposures to arms, as in the log of exposures
 * @param items changes of items that all replicas apply
 * @param erasures erasures of users that all replicas apply
 */
public record KafkaTopics(
    String actions,
    String deadLetters,
    String served,
    String exposures,
    String items,
    String erasures) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");

  public KafkaTopics {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("actions", actions);
    names.put("deadLetters", deadLetters);
    names.put("served", served);
    names.put("exposures", exposures);
    names.put("items", items);
    names.put("erasures", erasures);
    checkNames(names);
    if (actions.isEmpty() != deadLetters.isEmpty()) {
      throw new SettingException(
          actions.isEmpty() ? "actions" : "deadLetters",
          "actions and deadLetters, or neither, expected; got one");
    }
  }

  private static void checkNames(Map<String, String> names) {
    Map<String, String> uses = new HashMap<>();
    names.forEach(
        (use, name) -> {
          if (name.isEmpty()) {
            return;
          }
          if (!NAME.matcher(name).matches()) {
            throw new SettingException(
                use, "1 to 249 letters, digits, dots, dashes expected, got '" + name + "'");
          }
          String other = uses.put(name, use);
          if (other != null) {
            throw new SettingException(
                use, "another topic than that of %s expected, got '%s'".formatted(other, name));
          }
        });
  }

  /** Whether any topic is on. */
  public boolean any() {
    return !actions.isEmpty() || !items.isEmpty() || !erasures.isEmpty() || hasLogs();
  }

  /** Whether the served log or the exposure log goes to a topic. */
  public boolean hasLogs() {
    return !served.isEmpty() || !exposures.isEmpty();
  }
}
