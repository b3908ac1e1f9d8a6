package io.unipin.model.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FloatTensorTest {
  /** A length that is not a multiple of the number of elements that are read at once. */
  private static final int LENGTH = 20_003;

  @ParameterizedTest
  @ValueSource(ints = {0, 8191, 8192, LENGTH - 1})
  void isFinite_oneElementOfAny_decides(int place) {
    float[] values = new float[LENGTH];
    for (float value :
        new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f, 1e-40f}) {
      values[place] = value;
      assertThat(FloatTensor.of(values, LENGTH).isFinite()).as("%s", value).isTrue();
    }
    for (float value :
        new float[] {
          Float.NaN,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.intBitsToFloat(0x7F80_0001),
          Float.intBitsToFloat(0xFFFF_FFFF)
        }) {
      values[place] = value;
      assertThat(FloatTensor.of(values, LENGTH).isFinite()).as("%s", value).isFalse();
    }
  }

  @Test
  void isFinite_noElement_isTrue() {
    assertThat(FloatTensor.of(new float[0], 0, 4).isFinite()).isTrue();
  }
}
