package io.unipin.serving.experiment;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.SettingException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of all experiments of a server.
 *
 * @param salt salt of layers, of the holdout, and of experiments without their own salt
 * @param holdout percentage of all users that take part in no experiment of any layer, in steps of
 *     0.01
 * @param layers layers by name
 */
public record ExperimentsConfig(String salt, double holdout, Map<String, LayerConfig> layers) {
  public ExperimentsConfig {
    Names.checkSalt(salt);
    checkRange("holdout", holdout, 0.0, 100.0);
    layers = Collections.unmodifiableMap(new TreeMap<>(layers));
    Map<String, String> experiments = new HashMap<>();
    Map<Knob, String> knobs = new EnumMap<>(Knob.class);
    for (Map.Entry<String, LayerConfig> layer : layers.entrySet()) {
      String name = layer.getKey();
      Names.check("a layer", "layers.", name);
      for (String experiment : layer.getValue().experiments().keySet()) {
        String other = experiments.put(experiment, name);
        if (other != null || experiment.equals(Experiments.HOLDOUT)) {
          throw new SettingException(
              "layers." + name + ".experiments." + experiment,
              "a name that no other experiment has expected");
        }
      }
      for (Knob knob : layer.getValue().knobs()) {
        String other = knobs.put(knob, name);
        if (other != null) {
          throw new SettingException(
              "layers." + name,
              "%s is changed by layer %s, too: a user can be in both, so only one may change it"
                  .formatted(knob.key(), other));
        }
      }
    }
  }

  public static ExperimentsConfig none() {
    return new ExperimentsConfig("", 0, Map.of());
  }

  int holdoutSlots() {
    return (int) Math.round(holdout * Slots.COUNT / 100);
  }
}
