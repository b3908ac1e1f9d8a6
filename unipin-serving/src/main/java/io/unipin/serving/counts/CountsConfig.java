package io.unipin.serving.counts;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;

/**
 * Settings of the tables of counts by which ranking changes probabilities.
 *
 * @param folder folder with one directory per set of tables that ReloadCounts may load; empty if
 *     ReloadCounts is refused
 * @param kept folder of the server's own copy of the tables that were loaded last; empty to use a
 *     folder beside the folder of the history
 * @param maxBytes largest number of bytes of memory that the tables of one bundle may take
 */
public record CountsConfig(Path folder, Path kept, ByteSize maxBytes) {
  private static final long LEAST_BYTES = 1 << 16;
  private static final long MOST_BYTES = 1L << 36;

  public CountsConfig {
    checkRange("maxBytes", maxBytes.bytes(), LEAST_BYTES, MOST_BYTES);
  }

  /** Whether ReloadCounts may load tables. */
  public boolean isReloadable() {
    return !folder.toString().isEmpty();
  }

  /**
   * Returns the folder of the copy. If no folder is set, the folder lies beside {@code history}.
   * Its name is then the name of {@code history} with {@code -counts} added.
   */
  public Path kept(Path history) {
    Path absolute = history.toAbsolutePath().normalize();
    return kept.toString().isEmpty()
        ? absolute.resolveSibling(absolute.getFileName() + "-counts")
        : kept;
  }
}
