package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FeedRulesTest {
  private static final long NOW = 1_795_800_000_000L;

  @Test
  void idFault_saysWhatIsExpected() {
    assertThat(FeedRules.idFault("user 1")).isEmpty();
    assertThat(FeedRules.idFault("\u65e5\ud83d\ude00")).isEmpty();
    assertThat(FeedRules.idFault(null)).contains("an id that is not blank");
    assertThat(FeedRules.idFault("\t ")).contains("an id that is not blank");
    assertThat(FeedRules.idFault("a\nb")).contains("an id without control characters");
    assertThat(FeedRules.idFault("x".repeat(257))).contains("an id of 1 to 256 characters");
    assertThat(FeedRules.idFault("u\ude00")).contains("an id of whole characters");
  }

  @Test
  void keyFault_saysWhatIsExpected() {
    assertThat(FeedRules.keyFault("0003374a-a35c-46ed-96d2-0ea32b753199")).isEmpty();
    assertThat(FeedRules.keyFault("Öl 5 W / \ud83d\ude00")).isEmpty();
    assertThat(FeedRules.keyFault("é".repeat(128))).isEmpty();
    assertThat(FeedRules.keyFault(null)).contains("a key that is not blank");
    assertThat(FeedRules.keyFault(" ")).contains("a key that is not blank");
    assertThat(FeedRules.keyFault("a\u0000")).contains("a key without control characters");
    assertThat(FeedRules.keyFault("\ud83d")).contains("a key of whole characters");
    assertThat(FeedRules.keyFault("é".repeat(129))).contains("a key of 1 to 256 bytes of UTF-8");
    assertThat(FeedRules.keyFault("x".repeat(1 << 20)))
        .contains("a key of 1 to 256 bytes of UTF-8");
  }

  @Test
  void isWhole_halfOfAPair_isFalse() {
    assertThat(FeedRules.isWhole("")).isTrue();
    assertThat(FeedRules.isWhole("a\ud83d\ude00\ud83d\ude00")).isTrue();
    assertThat(FeedRules.isWhole("\ud83d")).isFalse();
    assertThat(FeedRules.isWhole("\ude00\ud83d")).isFalse();
    assertThat(FeedRules.isWhole("\ud83d\ude00\ude00")).isFalse();
    assertThat(FeedRules.isWhole("\ud83da")).isFalse();
  }

  @Test
  void isTime_isBetween1970And2100() {
    assertThat(FeedRules.isTime(0)).isTrue();
    assertThat(FeedRules.isTime(NOW)).isTrue();
    assertThat(FeedRules.isTime(-1)).isFalse();
    assertThat(FeedRules.isTime(NOW * 1000)).isFalse();
  }

  @Test
  void looksLikeSeconds_isWhatAClockInSecondsSays() {
    assertThat(FeedRules.looksLikeSeconds(NOW / 1000)).isTrue();
    assertThat(FeedRules.looksLikeSeconds(NOW)).isFalse();
    assertThat(FeedRules.looksLikeSeconds(1000)).isFalse();
  }
}
