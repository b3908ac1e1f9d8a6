package io.unipin.benchmarks.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the committed files with figures, each file once. Not thread-safe. */
final class ResultFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Map<String, JsonNode> read = new HashMap<>();

  ResultFiles(Path folder) {
    this.folder = folder;
  }

  /** Whether a file exists. */
  boolean has(String name) {
    return Files.exists(path(name));
  }

  /** Returns the figures of a file. The name is given without the file extension. */
  JsonNode file(String name) {
    return read.computeIfAbsent(name, this::load);
  }

  private JsonNode load(String name) {
    try {
      return JSON.readTree(path(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path path(String name) {
    return folder.resolve(name + ".json");
  }
}
