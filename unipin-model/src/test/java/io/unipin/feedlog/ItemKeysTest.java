package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ItemKeysTest {
  /**
   * Another program computed these ids. The id of a key must never change, because feed logs
   * contain the ids.
   */
  @ParameterizedTest
  @CsvSource({
    "0003374a-a35c-46ed-96d2-0ea32b753199, 8757053378310895751",
    "a, 7299139317422481125",
    "Öl \ud83d\ude00, 3787598388538312106",
    "sku-1, 3137519579436562914",
  })
  void id_isTheSameEverywhere(String key, long id) {
    assertThat(ItemKeys.id(key)).isEqualTo(id);
  }
}
