package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IdTableTest {
  private static void assertFound(long[] ids) {
    IdTable table = IdTable.of(ids);
    assertThat(table.size()).isEqualTo(ids.length);
    for (int ordinal = 0; ordinal < ids.length; ordinal++) {
      assertThat(table.ordinal(ids[ordinal])).isEqualTo(ordinal);
      assertThat(table.id(ordinal)).isEqualTo(ids[ordinal]);
    }
    assertThat(table.ordinal(AnnResult.NO_ID)).isEqualTo(-1);
  }

  @Test
  void ids_ofManyKinds_areFound() {
    assertFound(new long[0]);
    assertFound(new long[] {0});
    assertFound(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -2, 0, 1});
    assertFound(LongStream.range(0, 10_000).toArray());
    assertFound(LongStream.range(0, 10_000).map(id -> id << 40).toArray());
    assertFound(new Random(3).longs(10_000).distinct().toArray());
  }

  @Test
  void ids_thatTheTableDoesNotHold_haveNoOrdinal() {
    IdTable table = IdTable.of(LongStream.range(0, 1000).map(id -> 2 * id).toArray());
    for (long id = 0; id < 1000; id++) {
      assertThat(table.ordinal(2 * id + 1)).isEqualTo(-1);
      assertThat(table.ordinal(-2 - id)).isEqualTo(-1);
    }
  }

  @Test
  void ids_thatCannotBeTold_areRefused() {
    assertThatThrownBy(() -> IdTable.of(new long[] {4, 5, 6, 5}))
        .hasMessage("distinct ids expected, got 5 twice");
    assertThatThrownBy(() -> IdTable.of(new long[] {4, -1}))
        .hasMessage("ids other than -1 expected, got -1, which means no item");
  }
}
