package io.unipin.serving.audit;

import static io.unipin.settings.SettingException.checkRange;

import io.unipin.settings.ByteSize;
import java.nio.file.Path;

/**
 * Settings of the audit log.
 *
 * @param enabled whether entries are written
 * @param folder folder of the log; empty to use a folder beside the folder of the history
 * @param maxBytes bytes that all files of the log together may take; the oldest files are removed
 *     to make room
 */
public record AuditConfig(boolean enabled, Path folder, ByteSize maxBytes) {
  public AuditConfig {
    checkRange("maxBytes", maxBytes.bytes(), 64 << 10, 1L << 40);
  }

  /**
   * Returns the folder of the log. If no folder is set, the folder lies beside {@code history}. Its
   * name is then the name of {@code history} with {@code -audit} added.
   */
  public Path folder(Path history) {
    Path absolute = history.toAbsolutePath().normalize();
    return folder.toString().isEmpty()
        ? absolute.resolveSibling(absolute.getFileName() + "-audit")
        : folder;
  }
}
