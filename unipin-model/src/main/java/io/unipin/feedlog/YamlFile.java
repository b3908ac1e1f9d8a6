package io.unipin.feedlog;

import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingsTree;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a YAML file into a record. The file belongs to a feed log or an import. */
public final class YamlFile {
  private YamlFile() {}

  /** Reads a file into a record. Errors name file, line and column. */
  public static <T extends Record> T read(Path file, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      throw new FeedLogException(file.toString(), "no such file");
    }
    try {
      return SettingsTree.of(file).bind(type);
    } catch (ConfigException e) {
      throw new FeedLogException(file.toString(), e);
    }
  }
}
