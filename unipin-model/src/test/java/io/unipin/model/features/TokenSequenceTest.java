package io.unipin.model.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.TokenHashes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  @Test
  void hashes_withoutLiveItems_areThoseOfFixedNumbers() {
    TokenSequence tokens =
        TokenSequence.of(List.of(UserAction.of(3, 1, 0, 5_000), UserAction.of(4, 6, 1, 8_000)));
    TokenHashes fixed =
        TokenHashes.builder(3).add(-1, -1).add(3, 1).add(0x0004_0001_0000_0004L, 6).build();
    assertThat(tokens.hashes().size()).isEqualTo(3);
    assertThat(tokens.hashes().commonPrefix(fixed)).isEqualTo(3);
  }

  private static TokenSequence after(UserAction second) {
    return TokenSequence.of(List.of(UserAction.of(3, 1, 0, 5_000), second));
  }

  @Test
  void hashes_ofALiveItem_areThoseOfItsIdentityAndNotOfItsRow() {
    long identity = ItemIdentity.of(1_000_627, 1);
    TokenSequence tokens = after(UserAction.live(70, identity, 1, 0, 8_000));
    TokenSequence moved = after(UserAction.live(71, identity, 1, 0, 8_000));
    assertThat(tokens.hashes().commonPrefix(moved.hashes())).isEqualTo(3);
    TokenSequence[] others = {
      after(UserAction.live(70, ItemIdentity.of(1_000_627, 2), 1, 0, 8_000)),
      after(UserAction.live(70, ItemIdentity.of(1_000_628, 1), 1, 0, 8_000)),
      after(UserAction.live(70, identity, 3, 0, 8_000)),
      after(UserAction.live(70, identity, 1, 1, 8_000)),
      after(UserAction.live(70, identity, 1, 0, 5_000)),
      after(UserAction.of(60, 1, 0, 8_000)),
      after(UserAction.of(70, 1, 0, 8_000))
    };
    for (TokenSequence other : others) {
      assertThat(tokens.hashes().commonPrefix(other.hashes())).isEqualTo(2);
    }
  }

  @Test
  void liveItems_inPartsOfASequence_keepTheirIdentities() {
    TokenSequence tokens = after(UserAction.live(70, 11, 1, 0, 8_000));
    assertThat(tokens.identities()).containsExactly(0, 11);
    assertThat(tokens.newest(1).identities()).containsExactly(11);
  }

  @Test
  void identities_ofAnotherNumber_areRefused() {
    assertThatThrownBy(
            () -> new TokenSequence(new int[1], new long[2], new long[1], new int[1], new int[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("items 1, identities 2, actions 1");
    assertThatThrownBy(() -> UserAction.live(70, ItemIdentity.NONE, 1, 0, 8_000))
        .hasMessage("an identity of the live item of row 70 expected, got none");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 6415612318462204579",
    "1000627, 1, 4247752672510122522",
    "1000627, 2, 3169113323064700105",
    "-5, 1099511627776, 3793301151862385623"
  })
  void identity_ofIdAndRevision_isAFixedNumber(long id, long revision, long identity) {
    assertThat(ItemIdentity.of(id, revision)).isEqualTo(identity);
  }

  @Test
  void identity_ofManyItems_isDifferent() {
    Set<Long> identities = new HashSet<>();
    for (long id = -200; id < 200; id++) {
      for (long revision = 0; revision < 200; revision++) {
        identities.add(ItemIdentity.of(id, revision));
      }
    }
    assertThat(identities).hasSize(400 * 200).doesNotContain(ItemIdentity.NONE);
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
