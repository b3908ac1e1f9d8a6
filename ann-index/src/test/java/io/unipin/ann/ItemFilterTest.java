package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares filters of ids, and their bitmaps over an index, with plain sets of ids. */
class ItemFilterTest {
  private static final long[] IDS = TestVectors.ids(900);

  private static long[] some(Random random, int size, int share) {
    return LongStream.range(0, size + 5L).filter(id -> random.nextInt(share) == 0).toArray();
  }

  private static void assertBits(ItemFilter filter, IdTable table, LongPredicate passes) {
    OrdinalFilter bits = filter.over(table);
    int passing = 0;
    for (int ordinal = 0; ordinal < table.size(); ordinal++) {
      boolean expected = passes.test(table.id(ordinal));
      assertThat(bits.passes(ordinal)).as("ordinal %s", ordinal).isEqualTo(expected);
      assertThat(filter.passes(table.id(ordinal))).isEqualTo(expected);
      passing += expected ? 1 : 0;
    }
    assertThat(bits.passing()).isEqualTo(passing);
    byte[] bitmap = bits.bitmap();
    if (bitmap != null) {
      assertThat(bitmap.length % 8).isZero();
      int ones = 0;
      for (byte part : bitmap) {
        ones += Integer.bitCount(part & 0xFF);
      }
      assertThat(ones).as("bits behind the last are 0").isEqualTo(passing);
    }
    assertThat(filter.over(table)).as("remembered").isSameAs(bits);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 130})
  void over_anIndexOfAnySize_equalsItsSet(int size) {
    Random random = new Random(size);
    IdTable table = IdTable.of(LongStream.range(0, size).map(id -> size - 1 - id).toArray());
    for (int round = 0; round < 30; round++) {
      long[] first = some(random, size, 1 + round % 4);
      long[] second = some(random, size, 3);
      Set<Long> firstSet = new HashSet<>();
      Arrays.stream(first).forEach(firstSet::add);
      Set<Long> secondSet = new HashSet<>();
      Arrays.stream(second).forEach(secondSet::add);
      ItemFilter allowing = ItemFilter.allowing(first);
      ItemFilter excluding = ItemFilter.excluding(second);
      assertBits(allowing, table, firstSet::contains);
      assertBits(excluding, table, id -> !secondSet.contains(id));
      LongPredicate both = id -> firstSet.contains(id) && !secondSet.contains(id);
      assertBits(allowing.and(excluding), table, both);
      assertBits(excluding.and(allowing), table, both);
      assertBits(
          excluding.and(ItemFilter.excluding(first)),
          table,
          id -> !firstSet.contains(id) && !secondSet.contains(id));
      LongPredicate either = id -> firstSet.contains(id) || secondSet.contains(id);
      assertBits(allowing.also(second), table, either);
      assertBits(
          allowing.also(second).and(excluding),
          table,
          id -> firstSet.contains(id) && !secondSet.contains(id));
      assertBits(excluding.also(second), table, id -> true);
      assertBits(ItemFilter.allowing().also(second), table, secondSet::contains);
    }
  }

  @Test
  void also_ofAFilterThatLetsAllPass_isThatFilter() {
    assertThat(ItemFilter.NONE.also(1, 2)).isSameAs(ItemFilter.NONE);
    ItemFilter some = ItemFilter.allowing(3);
    assertThat(some.also()).isSameAs(some);
    IdTable table = IdTable.of(new long[] {3, 4});
    OrdinalFilter bits = some.over(table);
    assertThat(some.also(9).over(table)).as("names nothing that is there").isSameAs(bits);
    assertThat(some.also(4).over(table).passing()).isEqualTo(2);
    assertThat(some.over(table)).as("still kept").isSameAs(bits);
  }

  @Test
  void excluding_nothing_isTheFilterThatLetsAllPass() {
    assertThat(ItemFilter.excluding()).isSameAs(ItemFilter.NONE);
    ItemFilter some = ItemFilter.excluding(3);
    assertThat(ItemFilter.NONE.and(some)).isSameAs(some);
    assertThat(some.and(ItemFilter.NONE)).isSameAs(some);
    IdTable table = IdTable.of(new long[] {1, 2});
    assertThat(ItemFilter.NONE.over(table).bitmap()).isNull();
    assertThat(some.over(table).bitmap()).as("names nothing that is there").isNull();
    assertThat(some.over(IdTable.of(new long[] {3, 4})).passing()).as("another index").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 9, 64, 70})
  void without_ordinals_areThoseThatPassedBefore(int size) {
    Random random = new Random(size);
    for (int round = 0; round < 30; round++) {
      long[] ids = LongStream.range(0, size).toArray();
      IdTable table = IdTable.of(ids);
      ItemFilter filter =
          round % 3 == 0 ? ItemFilter.NONE : ItemFilter.allowing(some(random, size, 2));
      OrdinalFilter before = filter.over(table);
      int[] gone = random.ints(1 + random.nextInt(size), -1, size).toArray();
      OrdinalFilter after = before.without(gone, size);
      int passing = 0;
      for (int ordinal = 0; ordinal < size; ordinal++) {
        int each = ordinal;
        boolean expected =
            before.passes(ordinal) && Arrays.stream(gone).noneMatch(one -> one == each);
        assertThat(after.passes(ordinal)).isEqualTo(expected);
        passing += expected ? 1 : 0;
      }
      assertThat(after.passing()).isEqualTo(passing);
      assertThat(before.without(new int[] {-1}, size)).isSameAs(before);
    }
  }

  @Test
  void ordinal_ofAnId_isItsPlaceOrNone() {
    IdTable table = IdTable.of(new long[] {7, -3, Long.MAX_VALUE, 5});
    assertThat(table.size()).isEqualTo(4);
    for (int ordinal = 0; ordinal < 4; ordinal++) {
      assertThat(table.ordinal(table.id(ordinal))).isEqualTo(ordinal);
    }
    assertThat(table.ordinal(6)).isEqualTo(-1);
    assertThat(table.ordinal(Long.MIN_VALUE)).isEqualTo(-1);
  }

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
