package io.unipin.feedlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The content of the file {@code feedlog.yaml}: the format's version and the schema's names. */
public record SchemaFile(
    int version, List<String> actions, List<String> positives, List<String> surfaces) {
  public static final String NAME = "feedlog.yaml";
  public static final int VERSION = 1;

  static FeedSchema read(Path file) {
    SchemaFile schema = YamlFile.read(file, SchemaFile.class);
    if (schema.version != VERSION) {
      throw new FeedLogException(
          file.toString(), "version " + VERSION + " expected, got " + schema.version);
    }
    try {
      return new FeedSchema(schema.actions, schema.positives, schema.surfaces);
    } catch (IllegalArgumentException e) {
      throw new FeedLogException(file.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  public static void write(Path file, FeedSchema schema) {
    String text =
        "version: %s\nactions: %s\npositives: %s\nsurfaces: %s\n"
            .formatted(
                VERSION, list(schema.actions()), list(schema.positives()), list(schema.surfaces()));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String list(List<String> names) {
    return names.stream()
        .map(name -> "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
