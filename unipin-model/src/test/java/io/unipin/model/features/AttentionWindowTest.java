package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionWindowTest {
  @Test
  void of_noRows_isNone() {
    assertThat(AttentionWindow.of(0, 4, 1)).isEqualTo(AttentionWindow.NONE);
    assertThat(AttentionWindow.NONE.limits()).isFalse();
    assertThat(AttentionWindow.of(8, 4, 1)).isEqualTo(new AttentionWindow(8, 4, 1));
    assertThat(AttentionWindow.of(8, 4, 1).limits()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-2|0|1|window: 0 or a positive even number expected, got -2",
        "7|0|1|window: 0 or a positive even number expected, got 7",
        "8|5|1|globalRows: 0 to half of window (4) expected, got 5",
        "8|-1|1|globalRows: 0 to half of window (4) expected, got -1",
        "8|4|0|windowLayers: a positive number expected, got 0"
      })
  void of_badSize_namesTheSetting(int rows, int globalRows, int layers, String message) {
    assertThatThrownBy(() -> AttentionWindow.of(rows, globalRows, layers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  /** The last layer has no windows. */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3"})
  void modelConfig_windowsInAllLayers_isRefused(int layers, int windowLayers) {
    List<String> name = List.of("click");
    ModelConfig config = new ModelConfig(5, 0, 8, 4, layers, 1, 1, 4, 4, name, name, name);
    AttentionWindow window = new AttentionWindow(8, 2, windowLayers);
    assertThatThrownBy(() -> config.withWindow(window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "windowLayers: a number below layers (%s) expected, got %s", layers, windowLayers);
  }
}
