package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FiguresTest {
  @TempDir Path folder;

  @Test
  void write_holdsWhatEveryFigureHolds() throws IOException {
    Path file = folder.resolve("new/demo.json");
    new Figures("demo", Map.of("users", 5), Map.of("hr10", 0.5)).write(file, folder);
    JsonNode object = new ObjectMapper().readTree(file.toFile());
    assertThat(object.fieldNames())
        .toIterable()
        .containsExactly("name", "date", "git", "machine", "settings", "results");
    assertThat(object.get("machine").fieldNames())
        .toIterable()
        .containsExactly("cpu", "cores", "memory", "jdk", "libtorch", "faiss");
    assertThat(object.at("/settings/users").asInt()).isEqualTo(5);
    assertThat(object.at("/results/hr10").asDouble()).isEqualTo(0.5);
  }
}
