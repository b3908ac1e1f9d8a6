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
 * One arm: what it changes of the server's settings.
 *
 * @param weight its share of the experiment's users, relative to the other arms
 * @param bundle that serves the arm; empty for the server's
 * @param settings as in the server's configuration, but only those of {@link Knob}; owned by the record
 */
public record ArmConfig(int weight, String bundle, ObjectNode settings) {
  public ArmConfig {
    checkRange("weight", weight, 0, Slots.COUNT);
    collect(settings, "", EnumSet.noneOf(Knob.class));
  }

  /** What the arm changes. */
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
