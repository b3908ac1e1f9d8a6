package io.unipin.serving.impressions;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;

/**
 * Settings of the counts of impressions. The server counts impressions if the settings allow
 * exploration on any page.
 *
 * @param folder folder of the counts; empty to use a folder beside the folder of the history
 * @param maxBytes largest number of bytes of memory that the counts and the newest pages may take
 */
public record ImpressionsConfig(Path folder, ByteSize maxBytes) {
  private static final long LEAST_BYTES = 1 << 20;
  private static final long MOST_BYTES = 1L << 36;

  public ImpressionsConfig {
    checkRange("maxBytes", maxBytes.bytes(), LEAST_BYTES, MOST_BYTES);
  }

  /**
   * Returns the folder of the counts. If no folder is set, the folder lies beside {@code history}.
   * Its name is then the name of {@code history} with {@code -impressions} added.
   */
  public Path folder(Path history) {
    Path absolute = history.toAbsolutePath().normalize();
    return folder.toString().isEmpty()
        ? absolute.resolveSibling(absolute.getFileName() + "-impressions")
        : folder;
  }
}
