package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSequenceTest {
  @Test
  void of_window_startsWithItsOwnGapClass() {
    TokenSequence tokens =
        TokenSequence.of(
            List.of(
                UserAction.of(3, 1, 0, 5_000),
                UserAction.of(4, 0, 1, 8_000),
                UserAction.of(5, 2, 1, GapBuckets.NO_TIME)));
    assertThat(tokens.gaps()).containsExactly(GapBuckets.FIRST, 4, GapBuckets.UNKNOWN);
    assertThat(tokens.items()).containsExactly(3, 4, 5);
  }

  @Test
  void hashes_anyChangedField_differFromThereOn() {
    List<UserAction> actions =
        List.of(
            UserAction.of(3, 1, 0, 5_000),
            UserAction.of(4, 0, 1, 8_000),
            UserAction.of(5, 2, 1, 9_000));
    TokenSequence tokens = TokenSequence.of(actions);
    assertThat(tokens.hashes().size()).isEqualTo(4);
    UserAction[] others = {
      UserAction.of(9, 0, 1, 8_000),
      UserAction.of(4, 1, 1, 8_000),
      UserAction.of(4, 0, 0, 8_000),
      UserAction.of(4, 0, 1, 5_000)
    };
    for (UserAction other : others) {
      TokenSequence changed = TokenSequence.of(List.of(actions.get(0), other, actions.get(2)));
      assertThat(tokens.hashes().commonPrefix(changed.hashes())).isEqualTo(2);
    }
    assertThat(TokenSequence.empty().hashes().commonPrefix(tokens.hashes())).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "-50,2", "0,2", "999,2", "1000,3", "7000,5", "99999999999999,29"})
  void of_gap_isLogarithmic(long gapMs, int bucket) {
    long then = bucket == GapBuckets.UNKNOWN ? GapBuckets.NO_TIME : 1_000_000;
    assertThat(GapBuckets.of(then, 1_000_000 + gapMs)).isEqualTo(bucket);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "40,0", "41,10", "50,10", "51,20", "60,20", "1000,960"})
  void start_ofWindow_movesEveryQuarter(long lifetime, long start) {
    assertThat(HistoryWindow.start(lifetime, 40)).isEqualTo(start);
    assertThat(lifetime - HistoryWindow.start(lifetime, 40)).isBetween(Math.min(lifetime, 30), 40L);
  }
}
