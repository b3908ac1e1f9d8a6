package io.unipin.serving.experiment;

import io.unipin.settings.SettingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A layer of mutually exclusive experiments. The assignment in one layer is independent of the
 * assignments in all other layers.
 *
 * @param experiments experiments by name
 */
public record LayerConfig(Map<String, ExperimentPlan> experiments) {
  public LayerConfig {
    experiments = Collections.unmodifiableMap(new TreeMap<>(experiments));
    List<Map.Entry<String, ExperimentPlan>> before = new ArrayList<>();
    Map<String, String> overridden = new HashMap<>();
    for (Map.Entry<String, ExperimentPlan> experiment : experiments.entrySet()) {
      String name = experiment.getKey();
      Names.check("an experiment", "experiments.", name);
      for (Map.Entry<String, ExperimentPlan> other : before) {
        checkApart(name, experiment.getValue().slots(), other);
      }
      before.add(experiment);
      for (String user : experiment.getValue().overrides().keySet()) {
        String other = overridden.put(user, name);
        if (other != null) {
          throw new SettingException(
              "experiments." + name + ".overrides." + user,
              "a user overridden once per layer expected, got one in " + other + ", too");
        }
      }
    }
  }

  private static void checkApart(
      String name, SlotRange slots, Map.Entry<String, ExperimentPlan> other) {
    if (slots.overlaps(other.getValue().slots())) {
      throw new SettingException(
          "experiments." + name + ".slots",
          "slots that no other experiment of the layer has expected, got %s beside %s of %s"
              .formatted(slots, other.getValue().slots(), other.getKey()));
    }
  }

  /** Returns the knobs that any arm of the layer changes. */
  Set<Knob> knobs() {
    Set<Knob> knobs = EnumSet.noneOf(Knob.class);
    experiments.values().forEach(plan -> knobs.addAll(plan.knobs()));
    return knobs;
  }
}
