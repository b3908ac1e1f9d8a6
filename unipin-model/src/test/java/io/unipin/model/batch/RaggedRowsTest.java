package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RaggedRowsTest {
  private static RaggedRows.Part part(int used, long start, int capacity, long... numbers) {
    long[] tens = new long[numbers.length];
    long[] hundreds = new long[numbers.length];
    long[] thousands = new long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      tens[i] = 10 * numbers[i];
      hundreds[i] = 100 * numbers[i];
      thousands[i] = 1000 * numbers[i];
    }
    RaggedRows.BlockPlace block = new RaggedRows.BlockPlace(used, start, capacity);
    return new RaggedRows.Part(numbers, tens, hundreds, thousands, block);
  }

  @Test
  void of_unequalUsers_haveNoRowOfPadding() {
    RaggedRows rows = RaggedRows.of(List.of(part(9, 70, 16, 1, 2, 3), part(5, 20, 8, 4)));
    assertThat(rows.ints())
        .containsExactly(
            1, 2, 3, 4, // rows of the table
            10, 20, 30, 40, // surfaces
            100, 200, 300, 400, // gaps
            1000, 2000, 3000, 4000, // positions
            0, 0, 0, 1, // users
            0, 3, 4, // ends
            9, 5, // used
            70, 20, 0, // starts
            16, 8, 0); // capacities
    assertThat(rows.users()).isEqualTo(2);
    assertThat(rows.rows()).isEqualTo(4);
    assertThat(rows.mostNew()).isEqualTo(3);
    assertThat(rows.mostUsed()).isEqualTo(9);
  }
}
