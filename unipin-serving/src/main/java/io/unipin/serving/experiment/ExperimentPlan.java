package io.unipin.serving.experiment;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.Nearest;
import io.unipin.settings.SettingException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One experiment of a layer.
 *
 * @param salt salt of rollout and arms; empty for the common salt. A new salt reassigns all users
 * @param slots slots of the layer that belong only to this experiment
 * @param rollout percentage of the users of these slots who take part, in steps of 0.01; a larger
 *     value keeps all users and adds more
 * @param arms arms by name; the assignment depends on the alphabetical order of the names, not on
 *     their order in the file
 * @param overrides arms of single users, by user id; these users are for testing and appear in no
 *     report
 */
public record ExperimentPlan(
    String salt,
    SlotRange slots,
    double rollout,
    Map<String, ArmConfig> arms,
    Map<String, String> overrides) {
  public ExperimentPlan {
    Names.checkSalt(salt);
    checkRange("rollout", rollout, 0.0, 100.0);
    checkRange("number of arms", arms.size(), 1, 32);
    arms = Collections.unmodifiableMap(new TreeMap<>(arms));
    arms.keySet().forEach(arm -> Names.check("an arm", "arms.", arm));
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
    checkRange("sum of the arms' weights", totalWeight(arms), 1, Slots.COUNT);
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      if (!arms.containsKey(override.getValue())) {
        throw new SettingException(
            "overrides." + override.getKey(),
            "one of the arms %s expected, got '%s'%s"
                .formatted(
                    arms.keySet(),
                    override.getValue(),
                    Nearest.hint(override.getValue(), arms.keySet())));
      }
    }
  }

  private static int totalWeight(Map<String, ArmConfig> arms) {
    return arms.values().stream().mapToInt(ArmConfig::weight).sum();
  }

  /**
   * Returns the knobs that any arm changes. A request that uses none of these knobs gets the same
   * answer from all arms.
   */
  public Set<Knob> knobs() {
    Set<Knob> knobs = EnumSet.noneOf(Knob.class);
    arms.values().forEach(arm -> knobs.addAll(arm.knobs()));
    return knobs;
  }

  int rolloutSlots() {
    return (int) Math.round(rollout * Slots.COUNT / 100);
  }

  /** Returns the arm of a slot. Arms divide the slots by weight. */
  String arm(int slot) {
    int total = totalWeight(arms);
    int point = slot * total / Slots.COUNT;
    int sum = 0;
    for (Map.Entry<String, ArmConfig> arm : arms.entrySet()) {
      sum += arm.getValue().weight();
      if (point < sum) {
        return arm.getKey();
      }
    }
    throw new IllegalStateException("slot " + slot + " of weights " + total);
  }

  /** Returns each arm's share of the experiment's users, 0 to 1, by the name of the arm. */
  public Map<String, Double> shares() {
    Map<String, Double> shares = new TreeMap<>();
    arms.keySet().forEach(arm -> shares.put(arm, 0.0));
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      shares.merge(arm(slot), 1.0 / Slots.COUNT, Double::sum);
    }
    return shares;
  }
}
