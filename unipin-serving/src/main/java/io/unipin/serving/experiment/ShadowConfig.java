package io.unipin.serving.experiment;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.ByteSize;
import java.time.Duration;

/**
 * Settings of the shadow: an arm that gets a copy of requests and whose answers nobody sees.
 *
 * @param bundle that answers; empty for no shadow
 * @param settings as of an arm; owned by the record
 * @param percent of users whose requests are copied, all of a user's or none
 * @param budget bytes that the shadow's cached users may take, beside those of the server
 * @param transientBudget bytes that its requests may take for state that is not kept
 * @param timeout after which a copy is given up
 */
public record ShadowConfig(
    String bundle,
    ObjectNode settings,
    double percent,
    ByteSize budget,
    ByteSize transientBudget,
    Duration timeout) {
  public ShadowConfig {
    checkRange("percent", percent, 0.0, 100.0);
    checkRange("budget", budget.bytes(), 0, 1L << 50);
    checkRange("transientBudget", transientBudget.bytes(), 1 << 16, 1L << 50);
    checkPositive("timeout", timeout);
    new ArmConfig(1, bundle, settings).knobs(); // refuses settings that no arm may have
  }

  public boolean enabled() {
    return !bundle.isEmpty();
  }

  /** Whether a user's requests are copied. */
  public boolean copies(String user) {
    return Slots.of("", "/shadow", user) < Math.round(percent * Slots.COUNT / 100);
  }
}
