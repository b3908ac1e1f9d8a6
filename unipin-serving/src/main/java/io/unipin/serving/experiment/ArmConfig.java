package io.unipin.serving.experiment;

import static io.unipin.settings.SettingException.checkRange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * One arm of an experiment, with its changes to the server's settings.
 *
 * @param weight the arm's weight relative to the other arms; it determines the share of users
 * @param bundle bundle that serves the arm; empty for the server's bundle
 * @param settings settings as in the server's configuration, limited to the settings of
 *     {@link Knob}; not copied, so the caller must not change them
 */
public record ArmConfig(int weight, String bundle, ObjectNode settings) {
  public ArmConfig {
    checkRange("weight", weight, 0, Slots.COUNT);
    collect(settings, "", EnumSet.noneOf(Knob.class));
  }

  /** Returns the knobs that the arm changes. */
  public Set<Knob> knobs() {
    Set<Knob> knobs = EnumSet.noneOf(Knob.class);
    if (!bundle.isEmpty()) {
      knobs.add(Knob.BUNDLE);
    }
    collect(settings, "", knobs);
    return knobs;
  }

  private static void collect(ObjectNode node, String parent, Set<Knob> knobs) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = parent.isEmpty() ? field.getKey() : parent + "." + field.getKey();
      Knob knob = Knob.of(key).filter(found -> found != Knob.BUNDLE).orElse(null);
      if (knob != null) {
        knobs.add(knob);
      } else if (field.getValue() instanceof ObjectNode child && !child.isEmpty()) {
        collect(child, key, knobs);
      } else {
        throw new SettingException(
            "settings." + key,
            "no setting of arms; those are "
                + Knob.settings()
                + Nearest.hint(key, Knob.settings()));
      }
    }
  }
}
