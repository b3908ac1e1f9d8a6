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
 * @param salt of rollout and arms; empty for the common one. A new one deals the cards anew
 * @param slots of the layer that belong to the experiment; no other experiment of the layer has any of them
 * @param rollout percent of the users in these slots that take part, in steps of 0.01; more only adds users
 * @param arms by name; which users an arm gets depends on the order of the names, not on that of the file
 * @param overrides the arm of single users, by user id: for testing, and left out of every report
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

  /** What any of the arms changes: a request that uses none of it gets the same answer from all of them. */
  public Set<Knob> knobs() {
    Set<Knob> knobs = EnumSet.noneOf(Knob.class);
    arms.values().forEach(arm -> knobs.addAll(arm.knobs()));
    return knobs;
  }

  int rolloutSlots() {
    return (int) Math.round(rollout * Slots.COUNT / 100);
  }

  /** The arm of a slot: arms divide the slots by weight. */
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

  /** The part of the experiment's users that each arm gets. */
  public Map<String, Double> shares() {
    Map<String, Double> shares = new TreeMap<>();
    arms.keySet().forEach(arm -> shares.put(arm, 0.0));
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      shares.merge(arm(slot), 1.0 / Slots.COUNT, Double::sum);
    }
    return shares;
  }
}
