package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictMapperTest {
  record Wait(Duration delay, @Nullable Path log) {}

  private static Wait read(String json) throws JsonProcessingException {
    return StrictMapper.JSON.readValue(json, Wait.class);
  }

  @ParameterizedTest
  @CsvSource({
    "250ms, PT0.25S",
    "10s, PT10S",
    "5m, PT5M",
    "1h, PT1H",
    "2d, PT48H",
    "' PT1M30S ', PT1M30S"
  })
  void duration_inAnyForm_isRead(String text, String expected) throws JsonProcessingException {
    assertThat(read("{\"delay\": \"" + text + "\"}").delay()).isEqualTo(Duration.parse(expected));
  }

  @Test
  void duration_inNoForm_isRefused() {
    assertThatThrownBy(() -> read("{\"delay\": \"soon\"}"))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("not a duration");
  }

  @Test
  void path_ofAText_isRead() throws JsonProcessingException {
    assertThat(read("{\"delay\": \"1s\", \"log\": \"logs/today\"}").log())
        .isEqualTo(Path.of("logs", "today"));
    assertThatThrownBy(() -> read("{\"delay\": \"1s\", \"log\": []}"))
        .isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> read("{\"delay\": \"1s\", \"log\": \"a\\u0000b\"}"))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("not a path");
  }

  @Test
  void components_thatMayNotBeNull_areRequired() throws JsonProcessingException {
    assertThat(read("{\"delay\": \"1s\"}").log()).isNull();
    assertThatThrownBy(() -> read("{\"log\": \"logs\"}"))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("delay");
    assertThatThrownBy(() -> read("{\"delay\": null}"))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("delay");
  }
}
