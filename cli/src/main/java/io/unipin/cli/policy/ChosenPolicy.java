package io.unipin.cli.policy;

import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.request.Draw;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A policy that shows one known item in each position, such as the item that a bundle ranks best.
 */
public final class ChosenPolicy implements Policy {
  private final String name;
  private final Map<Place, OptionalLong> items = new HashMap<>();

  /** A position of one user's page; {@code view} is the page's id. */
  private record Place(String user, String view, int place) {
    static Place of(ServedChoice choice) {
      return new Place(choice.page().user(), choice.page().view(), choice.place());
    }
  }

  /**
   * Creates a policy.
   *
   * @param choices choices of a served log
   * @param items (choices) the id of the item that the policy shows for each choice; empty if it
   *     shows no item
   */
  public ChosenPolicy(String name, List<ServedChoice> choices, List<OptionalLong> items) {
    this.name = name;
    for (int i = 0; i < choices.size(); i++) {
      this.items.put(Place.of(choices.get(i)), items.get(i));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Double> probability(ServedChoice choice) {
    OptionalLong shown = items.getOrDefault(Place.of(choice), OptionalLong.empty());
    Draw draw = choice.draw().orElse(null);
    if (shown.isEmpty() || draw == null || !canShow(draw, shown.getAsLong())) {
      return Optional.empty();
    }
    return Optional.of(shown.getAsLong() == choice.item() ? 1.0 : 0.0);
  }

  private static boolean canShow(Draw draw, long item) {
    return draw.options().stream().anyMatch(option -> option.item() == item);
  }
}
