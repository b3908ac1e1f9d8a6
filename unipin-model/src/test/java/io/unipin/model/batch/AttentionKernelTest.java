package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionKernelTest {
  @ParameterizedTest
  @CsvSource({
    "true, false, 64, EACH",
    "true, true, 64, EACH",
    "false, true, 64, FLASH",
    "false, true, 8, FLASH",
    "false, true, 256, FLASH",
    "false, true, 264, EFFICIENT",
    "false, true, 12, EFFICIENT",
    "false, true, 6, PADDED",
    "false, false, 64, EFFICIENT",
    "false, false, 6, PADDED"
  })
  void of_deviceTypeAndWidth(boolean processor, boolean half, int width, AttentionKernel kernel) {
    assertThat(AttentionKernel.of(processor, half, width)).isEqualTo(kernel);
  }
}
