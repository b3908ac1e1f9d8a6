package io.unipin.feedlog.arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class TextRowsTest {
  private static final int MILLION = 1_000_000;

  private static TextRows of(String... texts) {
    return TextRows.of(texts.length, row -> texts[row]);
  }

  @Test
  void get_findsEachTextAndNoOther() {
    TextRows rows = of("b", "", "a", "Öl \ud83d\ude00", "aa");
    assertThat(rows.get("b")).isZero();
    assertThat(rows.get("a")).isEqualTo(2);
    assertThat(rows.get("Öl \ud83d\ude00")).isEqualTo(3);
    assertThat(rows.get("aa")).isEqualTo(4);
    for (String absent : List.of("", "c", "ab", "A", "Öl")) {
      assertThat(rows.get(absent)).as(absent).isEqualTo(-1);
    }
    assertThat(rows.text(1)).isEmpty();
    assertThat(rows.text(3)).isEqualTo("Öl \ud83d\ude00");
  }

  @Test
  void of_noTexts_takesNoMemory() {
    TextRows rows = TextRows.of(MILLION, row -> "");
    assertThat(rows.heapBytes()).isLessThan(100);
    assertThat(rows.text(MILLION - 1)).isEmpty();
    assertThat(rows.get("a")).isEqualTo(-1);
    assertThat(of().get("a")).isEqualTo(-1);
  }

  @Test
  void of_aTextTwice_namesBothRows() {
    assertThatThrownBy(() -> of("a", "b", "a"))
        .hasMessage("a text that no other row has expected, got 'a' at rows 0 and 2");
  }

  @Test
  void of_aMillionUuids_takesLessThanAHundredMegabytes() {
    TextRows rows =
        TextRows.of(MILLION, row -> new UUID(row * 0x9E3779B97F4A7C15L, row).toString());
    assertThat(rows.heapBytes()).isLessThan(100_000_000);
    for (int row = 0; row < MILLION; row += 997) {
      assertThat(rows.get(rows.text(row))).isEqualTo(row);
    }
  }
}
