package io.unipin.serving.items;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * Settings of the items that callers put while bundles serve.
 *
 * @param folder folder of the store
 * @param limit most items that a bundle serves in addition to its own. Every loaded bundle takes
 *     this number times its item dimension times 4 bytes of memory. 0 turns such items off.
 * @param maxBytes most bytes of all kept records together
 * @param maxPutsPerSecond most items that calls may put a second, on average; a call may use up to
 *     ten seconds' worth at once
 */
public record ItemsConfig(Path folder, int limit, ByteSize maxBytes, double maxPutsPerSecond) {
  private static final int MOST_ITEMS = 10_000_000;
  private static final double MOST_PUTS = 1e6;
  private static final double FEWEST_PUTS = 1e-3;

  public ItemsConfig {
    checkRange("limit", limit, 0, MOST_ITEMS);
    if (maxBytes.bytes() == 0) {
      throw new SettingException("maxBytes", "a size above 0 expected, got " + maxBytes);
    }
    checkRange("maxPutsPerSecond", maxPutsPerSecond, FEWEST_PUTS, MOST_PUTS);
  }
}
