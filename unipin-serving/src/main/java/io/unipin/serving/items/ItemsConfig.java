package io.unipin.serving.items;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.nio.file.Path;

/**
 * Settings of the items that callers put while bundles serve.
 *
 * @param folder folder of the store; empty to use a folder beside the folder of the history
 * @param limit largest number of items that a bundle serves in addition to its own; 0 if callers
 *     may put no items. Every loaded bundle has room for this number of items.
 * @param maxBytes largest number of bytes of all kept items and deleted ids together
 * @param maxPutsPerSecond largest number of items that calls may put per second, on average; a
 *     single call may put up to ten times as many
 */
public record ItemsConfig(Path folder, int limit, ByteSize maxBytes, double maxPutsPerSecond) {
  private static final int MOST_ITEMS = 10_000_000;
  private static final int SPARE_SLOTS = 1000;
  private static final int SPARE_SHARE = 8;
  private static final double MOST_PUTS = 1e6;
  private static final double FEWEST_PUTS = 1e-3;

  public ItemsConfig {
    checkRange("limit", limit, 0, MOST_ITEMS);
    if (maxBytes.bytes() == 0) {
      throw new SettingException("maxBytes", "a size above 0 expected, got " + maxBytes);
    }
    checkRange("maxPutsPerSecond", maxPutsPerSecond, FEWEST_PUTS, MOST_PUTS);
  }

  /**
   * Returns the folder of the store. If no folder is set, the folder lies beside {@code history}.
   * Its name is then the name of {@code history} with {@code -items} added.
   */
  public Path folder(Path history) {
    Path absolute = history.toAbsolutePath().normalize();
    return folder.toString().isEmpty()
        ? absolute.resolveSibling(absolute.getFileName() + "-items")
        : folder;
  }

  /**
   * Returns the number of slots of a loaded bundle. A replaced or deleted item keeps its slot for
   * as long as a request reads it, so there are more slots than items. A slot takes 4 bytes for
   * each dimension of the bundle's item vectors.
   */
  public int slots() {
    return limit + Math.max(Math.min(limit, SPARE_SLOTS), limit / SPARE_SHARE);
  }
}
