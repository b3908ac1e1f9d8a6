package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineDeviceTest {
  @ParameterizedTest
  @CsvSource({"cpu, CPU, 0", "cuda, CUDA, 0", "cuda:0, CUDA, 0", "cuda:12, CUDA, 12"})
  void parse_nameOfADevice(String name, EngineDevice.Kind kind, int index) {
    assertThat(EngineDevice.parse(name)).isEqualTo(new EngineDevice(kind, index));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda1", "cpu:0", "cuda:1234"})
  void parse_otherName_namesWhatIsExpected(String name) {
    assertThatThrownBy(() -> EngineDevice.parse(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cpu, cuda or cuda:N expected, got " + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cuda", "cuda:3"})
  void toString_isWhatParseTakes(String name) {
    assertThat(EngineDevice.parse(name)).hasToString(name);
  }

  @Test
  void djl_isTheEnginesDevice() {
    assertThat(EngineDevice.CPU.djl()).isEqualTo(Device.cpu());
    assertThat(EngineDevice.parse("cuda:1").djl()).isEqualTo(Device.gpu(1));
  }

  @Test
  void new_impossibleNumber_isRefused() {
    assertThatThrownBy(() -> new EngineDevice(EngineDevice.Kind.CPU, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EngineDevice.cuda(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
