package io.unipin.cli.loadtest;

import java.util.List;
import java.util.random.RandomGenerator;

/** The items and actions that a server knows. Immutable. */
public record Vocabulary(List<Long> items, List<String> actions) {
  public Vocabulary {
    items = List.copyOf(items);
    actions = List.copyOf(actions);
    if (items.isEmpty() || actions.isEmpty()) {
      throw new IllegalArgumentException(
          "the server named %s items and %s actions: at least one each expected"
              .formatted(items.size(), actions.size()));
    }
  }

  long item(RandomGenerator random) {
    return items.get(random.nextInt(items.size()));
  }

  String action(RandomGenerator random) {
    return actions.get(random.nextInt(actions.size()));
  }
}
