package io.unipin.feedlog.arrays;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextListsTest {
  @Test
  void row_isWhatWasGiven() {
    Random random = new Random(3);
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < 500; row++) {
      List<String> own = new ArrayList<>();
      for (int left = random.nextInt(6); left > 0; left--) {
        own.add("tag " + random.nextInt(20));
      }
      rows.add(own);
    }
    TextLists lists = TextLists.of(rows.size(), rows::get);
    for (int row = 0; row < rows.size(); row++) {
      assertThat(lists.row(row)).isEqualTo(rows.get(row));
    }
    assertThat(lists.distinct()).isEqualTo(20);
    assertThat(lists.isEmpty()).isFalse();
  }

  @Test
  void row_ofNoTexts_isEmpty() {
    TextLists lists = TextLists.of(3, row -> List.of());
    assertThat(lists.isEmpty()).isTrue();
    assertThat(lists.row(2)).isEmpty();
    assertThat(lists.distinct()).isZero();
  }
}
