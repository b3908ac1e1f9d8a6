package io.unipin.serving.stores;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.unipin.settings.ConfigException;
import io.unipin.settings.ExactJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The content of the file {@code backup.json}, which describes a backup's folder. The file is
 * written last, so a folder without it is no complete backup.
 *
 * @param format version of the folder's layout
 * @param timeMs time at which the backup began, in milliseconds since 1970
 */
record BackupFile(int format, long timeMs, long users, long marks, long items, long lines) {
  static final int FORMAT = 1;
  static final String HISTORY = "history";
  static final String ITEMS = "items";
  static final String SERVED = "served";
  static final String EXPOSURES = "exposures";

  private static final String NAME = "backup.json";
  private static final ObjectMapper JSON =
      ExactJson.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  static BackupFile read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new ConfigException("a complete backup with backup.json expected, got " + folder);
    }
    try {
      BackupFile read = JSON.readValue(file.toFile(), BackupFile.class);
      if (read.format() != FORMAT) {
        throw new ConfigException(
            "a backup of format %s expected, got %s".formatted(FORMAT, read.format()));
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new ConfigException("a valid backup.json expected in " + folder, e);
    }
  }

  void write(Path folder) throws IOException {
    Path partial = folder.resolve(NAME + ".tmp");
    JSON.writeValue(partial.toFile(), this);
    Files.move(partial, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }
}
