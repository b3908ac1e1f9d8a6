package io.unipin.cli.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.unipin.cli.check.OutputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures that a command, such as a benchmark, measured. As JSON they are one object:
 * {@code name, date, git, machine, settings, results}.
 */
public record Figures(String name, Map<String, ?> settings, Map<String, ?> results) {
  private static final ObjectMapper mapper =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Writes the JSON object atomically, so a reader never sees half of it. */
  public void write(Path file, Path root) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", name);
    object.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    object.put("git", Machine.git(root));
    object.put("machine", Machine.describe());
    object.put("settings", settings);
    object.put("results", results);
    OutputFile.write(file, mapper.writeValueAsString(object));
  }
}
