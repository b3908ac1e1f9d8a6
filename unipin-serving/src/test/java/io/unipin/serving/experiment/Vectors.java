package io.unipin.serving.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Reads the published test vectors. An independent implementation in Python computed them. */
final class Vectors {
  private static final String FILE = "assignment-vectors.json";

  private Vectors() {}

  static JsonNode read() {
    try (InputStream in = Objects.requireNonNull(Slots.class.getResourceAsStream(FILE), FILE)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the {@code experiments} section of a configuration. */
  static ExperimentsConfig config(JsonNode section) {
    ExperimentDefaults.fill(section);
    return new ObjectMapper().convertValue(section, ExperimentsConfig.class);
  }

  static ExperimentsConfig config(String json) {
    try {
      return config(new ObjectMapper().readTree(json.replace('\'', '"')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
