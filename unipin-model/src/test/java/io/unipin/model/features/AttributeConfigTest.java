package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttributeConfigTest {
  private static final AttributeConfig ALL =
      new AttributeConfig(1000, List.of("attributes", "category", "author"));

  /**
   * Another implementation of the hash computed these buckets. An attribute must keep its bucket on
   * all machines and in all versions, because a trained model depends on it.
   */
  @ParameterizedTest
  @CsvSource({
    "red, 1000, 545",
    "wool, 1000, 19",
    "naïve café, 1000, 473",
    "red, 16777216, 9152883",
    "x, 1, 0"
  })
  void bucket_isTheSameInEveryJvm(String value, int buckets, int expected) {
    assertThat(AttributeConfig.bucket("attributes\0" + value, buckets)).isEqualTo(expected);
  }

  @Test
  void bucketsOf_isSortedAndCountsNoValueTwice() {
    int[] buckets = ALL.bucketsOf(List.of("red", "blue", "red"), "shoes", "anna");
    assertThat(buckets).hasSize(4).isSorted().isNotEmpty();
    assertThat(ALL.bucketsOf(List.of("blue", "red"), "shoes", "anna")).isEqualTo(buckets);
    assertThat(ALL.bucketsOf(List.of(), "", "")).isEmpty();
  }

  @Test
  void names_areOfTheColumnsThatAreRead() {
    assertThat(ALL.names(List.of("red"), "red", "red")).hasSize(3).doesNotHaveDuplicates();
    assertThat(new AttributeConfig(9, List.of("author")).names(List.of("red"), "shoes", "anna"))
        .containsExactly("author\0anna");
    assertThat(AttributeConfig.NONE.reads()).isFalse();
  }

  @Test
  void bucket_manyValues_areSpreadEvenly() {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      counts.merge(AttributeConfig.bucket("attributes\0tag " + i, 100), 1, Integer::sum);
    }
    assertThat(counts).hasSize(100);
    assertThat(counts.values()).allMatch(count -> count > 800 && count < 1200);
  }

  @Test
  void sizesAndColumnsThatAreWrong_areRefused() {
    assertThatThrownBy(() -> new AttributeConfig(-1, List.of("attributes")))
        .hasMessage("buckets: 0 to 16777216 expected, got -1");
    for (List<String> columns :
        List.of(List.<String>of(), List.of("title"), List.of("author", "author"))) {
      assertThatThrownBy(() -> new AttributeConfig(1, columns))
          .hasMessage(
              "columns: some of [attributes, category, author], each once, expected, got %s",
              columns);
    }
  }

  @Test
  void bags_chosenItems_keepTheirBuckets() {
    AttributeBags bags =
        AttributeBags.of(40, item -> item % 2 == 0 ? new int[] {item, item + 1} : new int[0]);
    assertThat(bags.items()).isEqualTo(40);
    assertThat(bags.buckets()).hasSize(40).startsWith(0, 1, 2, 3);
    assertThat(bags.starts()).hasSize(40).startsWith(0, 2, 2, 4);
    AttributeBags some = bags.chosen(new long[] {6, 1, 6});
    assertThat(some.buckets()).containsExactly(6, 7, 6, 7);
    assertThat(some.starts()).containsExactly(0, 2, 2);
    assertThat(bags.range(7, 9).buckets()).containsExactly(8, 9);
    assertThat(AttributeBags.none(3).isEmpty()).isTrue();
    assertThat(AttributeBags.none(3).starts()).containsExactly(0, 0, 0);
  }
}
