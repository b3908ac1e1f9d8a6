package io.unipin.serving.items.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PackedTextsTest {
  @Test
  void texts_ofAnyLength_comeBack() {
    List<String> texts =
        List.of("", "x", "Größe 🎬", "a".repeat(127), "ä".repeat(64), "b".repeat(20_000));
    for (String first : texts) {
      for (String last : texts) {
        byte[] packed = PackedTexts.of(first, "", last);
        assertThat(PackedTexts.text(packed, 0)).isEqualTo(first);
        assertThat(PackedTexts.text(packed, 1)).isEmpty();
        assertThat(PackedTexts.text(packed, 2)).isEqualTo(last);
      }
    }
  }

  @Test
  void packed_textsTakeOneByteMoreEach() {
    assertThat(PackedTexts.of("item 7", "", "")).hasSize(6 + 3);
  }
}
