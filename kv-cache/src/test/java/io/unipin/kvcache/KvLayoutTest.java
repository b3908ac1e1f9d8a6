package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KvLayoutTest {
  @ParameterizedTest
  @CsvSource({
    "1, 33",
    "33, 33",
    "34, 66",
    "66, 66",
    "67, 132",
    "132, 132",
    "133, 264",
    "264, 264",
    "265, 528",
    "513, 528"
  })
  void capacityFor_rows_isTheSmallestClass(int rows, int capacity) {
    assertThat(new KvLayout(4, 4, 64, 513, KvType.FLOAT32).capacityFor(rows)).isEqualTo(capacity);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 31, 129, 513, 2049})
  void capacityFor_maxRows_wastesAtMostFifteenRows(int maxRows) {
    KvLayout layout = new KvLayout(1, 1, 8, maxRows, KvType.FLOAT32);
    assertThat(layout.capacityFor(maxRows)).isBetween(maxRows, maxRows + 15);
  }

  @Test
  void blockBytes_types_countElements() {
    assertThat(new KvLayout(4, 2, 64, 512, KvType.FLOAT32).blockBytes(32))
        .isEqualTo(4L * 2 * 2 * 32 * 64 * 4);
    assertThat(new KvLayout(4, 2, 64, 512, KvType.FLOAT16).blockBytes(32))
        .isEqualTo(4L * 2 * 2 * 32 * 64 * 2);
    assertThat(new KvLayout(4, 2, 64, 512, KvType.INT8).blockBytes(32))
        .isEqualTo(4L * 2 * 2 * 32 * (64 + 2));
  }

  @Test
  void elementBytes_int8_endsWhereTheStepsBegin() {
    KvLayout layout = new KvLayout(4, 2, 64, 512, KvType.INT8);
    assertThat(layout.elementBytes(32)).isEqualTo(4L * 2 * 2 * 32 * 64);
    assertThat(new KvLayout(4, 2, 64, 512, KvType.FLOAT32).elementBytes(32))
        .isEqualTo(new KvLayout(4, 2, 64, 512, KvType.FLOAT32).blockBytes(32));
  }

  @ParameterizedTest
  @CsvSource({"4, FLOAT32", "4, INT8", "2, FLOAT16", "64, FLOAT32", "64, INT8"})
  void budgetBytes_ofTheLongestHistory_areEnoughForIt(int headDim, KvType type) {
    KvLayout layout = new KvLayout(1, 1, headDim, 5, type);
    TokenHashes.Builder hashes = TokenHashes.builder(5);
    for (int i = 0; i < 5; i++) {
      hashes.add(i, i);
    }
    long bytes = layout.budgetBytes(5);
    assertThat(bytes).isGreaterThanOrEqualTo(layout.blockBytes(layout.capacityFor(5)));
    try (UserKvCache cache = new UserKvCache(new KvCacheLimits(bytes, Duration.ofDays(1), bytes));
        KvLease kept = cache.acquire(new KvKey("a", "m"), layout, hashes.build(), Duration.ZERO);
        KvLease aside = cache.aside(layout, hashes.build())) {
      assertThat(kept.outcome()).isEqualTo(KvOutcome.PREFILL);
      assertThat(aside.rows()).isEqualTo(5);
    }
  }

  @Test
  void capacityFor_outOfRange_isRefused() {
    KvLayout layout = new KvLayout(1, 1, 8, 10, KvType.FLOAT32);
    assertThatThrownBy(() -> layout.capacityFor(11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 to 10 rows expected, got 11");
    assertThatThrownBy(() -> layout.capacityFor(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void layout_ofMoreThanABufferHolds_isRefused() {
    assertThatThrownBy(() -> new KvLayout(64, 64, 256, 2048, KvType.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new KvLayout(Integer.MAX_VALUE, Integer.MAX_VALUE, 256, 2048, KvType.FLOAT32))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new KvLayout(0, 1, 1, 1, KvType.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void layout_withoutSomeOfIt_isRefused() {
    for (int none = 0; none < 4; none++) {
      int[] sizes = {1, 1, 1, 1};
      sizes[none] = 0;
      assertThatThrownBy(() -> new KvLayout(sizes[0], sizes[1], sizes[2], sizes[3], KvType.FLOAT32))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of at least 1 expected, got 0");
    }
  }

  @Test
  void layout_ofTheLongestBlock_isTakenAndNoneLonger() {
    long most = Integer.MAX_VALUE - (1 << 16);
    int headDim = (int) (most / (2 * 16 * 2)); // an element takes 2 bytes
    assertThat(new KvLayout(1, 1, headDim, 16, KvType.FLOAT16).maxRows()).isEqualTo(16);
    assertThatThrownBy(() -> new KvLayout(1, 1, headDim + 1, 16, KvType.FLOAT16))
        .hasMessageContaining("a block of at most " + most + " bytes expected");
    int bytesDim = (int) (most / (2 * 16)) - 2; // the quantization step of a row takes 2 bytes
    assertThat(new KvLayout(1, 1, bytesDim, 16, KvType.INT8).maxRows()).isEqualTo(16);
    long longer = 2L * 16 * (bytesDim + 3);
    assertThatThrownBy(() -> new KvLayout(1, 1, bytesDim + 1, 16, KvType.INT8))
        .hasMessageContaining("got " + longer);
  }

  @Test
  void encodingCost_ofRows_isThatOfTheirLayersAndOfACall() {
    KvLayout layout = new KvLayout(3, 2, 4, 100, KvType.FLOAT32);
    double call = 64 * (64 + 6.0 * 8);
    assertThat(layout.encodingCost(0)).isEqualTo(3 * call);
    assertThat(layout.encodingCost(10)).isEqualTo(3 * (10 * (10 + 48) + call));
  }
}
