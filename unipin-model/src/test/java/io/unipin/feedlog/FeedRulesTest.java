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
