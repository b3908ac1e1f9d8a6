package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenHashesTest {
  @Test
  void commonPrefix_randomPairs_isWhatTheTokensShare() {
    Random random = new Random(5);
    for (int trial = 0; trial < 5_000; trial++) {
      int[] one = random.ints(random.nextInt(40), 0, 3).toArray();
      int[] two = random.ints(random.nextInt(40), 0, 3).toArray();
      int shared = random.nextInt(Math.min(one.length, two.length) + 1);
      System.arraycopy(one, 0, two, 0, shared);
      while (shared < Math.min(one.length, two.length) && one[shared] == two[shared]) {
        shared++;
      }
      assertThat(Rows.hashes(one).commonPrefix(Rows.hashes(two))).isEqualTo(shared);
      assertThat(Rows.hashes(two).commonPrefix(Rows.hashes(one))).isEqualTo(shared);
    }
  }

  @Test
  void commonPrefix_sameTokensOtherOrder_agreesUntilTheSwap() {
    assertThat(Rows.hashes(1, 2, 3, 4).commonPrefix(Rows.hashes(1, 3, 2, 4))).isEqualTo(1);
  }

  @Test
  void commonPrefix_wordsSwapped_differ() {
    TokenHashes one = TokenHashes.builder(1).add(1, 2).build();
    TokenHashes two = TokenHashes.builder(1).add(2, 1).build();
    assertThat(one.commonPrefix(two)).isZero();
  }

  @Test
  void build_manyNearTokens_noTwoAgree() {
    for (int bit = 0; bit < 128; bit++) {
      for (long value = 0; value < 64; value++) {
        TokenHashes one = TokenHashes.builder(1).add(value, value).build();
        TokenHashes two =
            TokenHashes.builder(1)
                .add(value ^ (bit < 64 ? 1L << bit : 0), value ^ (bit < 64 ? 0 : 1L << (bit - 64)))
                .build();
        assertThat(one.commonPrefix(two)).isZero();
      }
    }
  }

  @Test
  void add_afterBuild_leavesTheBuiltOneAlone() {
    TokenHashes.Builder builder = TokenHashes.builder(0).add(1, 1);
    TokenHashes one = builder.build();
    TokenHashes two = builder.add(2, 2).build();
    assertThat(one.size()).isEqualTo(1);
    assertThat(two.size()).isEqualTo(2);
    assertThat(two.commonPrefix(one)).isEqualTo(1);
  }

  @Test
  void prefix_cutsAndChecks() {
    TokenHashes hashes = Rows.hashes(1, 2, 3);
    assertThat(hashes.prefix(2).size()).isEqualTo(2);
    assertThat(hashes.prefix(2).commonPrefix(hashes)).isEqualTo(2);
    assertThatThrownBy(() -> hashes.prefix(4)).isInstanceOf(IllegalArgumentException.class);
  }
}
