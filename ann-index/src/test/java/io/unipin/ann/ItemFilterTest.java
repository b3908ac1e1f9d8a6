package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ItemFilterTest {
  private static final long[] IDS = TestVectors.ids(900);

  @Test
  void filters_joined_passWhatBothPass() {
    ItemFilter both =
        ItemFilter.excluding(Arrays.copyOf(IDS, 100))
            .and(ItemFilter.allowing(Arrays.copyOfRange(IDS, 50, 150)))
            .and(ItemFilter.NONE);
    assertThat(Arrays.stream(IDS).filter(both::passes))
        .containsExactly(Arrays.stream(IDS, 100, 150).boxed().toArray(Long[]::new));
    IdTable table = IdTable.of(IDS);
    assertThat(both.over(table).passing()).isEqualTo(50);
    assertThat(both.over(table)).isSameAs(both.over(table));
    assertThat(ItemFilter.excluding(IDS).over(IdTable.of(IDS)).passing()).isZero();
  }
}
