package io.unipin.serving.experiment;

import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.settings.ByteSize;
import java.time.Duration;

/**
 * Settings of the shadow. The shadow is an arm that gets copies of requests, and nobody sees its
 * answers.
 *
 * @param bundle bundle that answers; empty for no shadow
 * @param settings settings as in an arm; not copied, so the caller must not change them
 * @param percent percentage of users whose requests are copied; for each user, either all requests
 *     are copied or none
 * @param budget bytes that the shadow's cached users may take, in addition to {@code cache.budget}
 * @param transientBudget bytes that the shadow's requests may take for state that is not cached.
 *     As many bytes may be taken by copies of requests that are not answered yet
 * @param timeout time after which a copy is abandoned
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
    new ArmConfig(1, bundle, settings).knobs(); // throws for settings that arms may not change
  }

  public boolean enabled() {
    return !bundle.isEmpty();
  }

  /** Whether the user's requests are copied. */
  public boolean copies(String user) {
    return Slots.of("", "/shadow", user) < Math.round(percent * Slots.COUNT / 100);
  }
}
