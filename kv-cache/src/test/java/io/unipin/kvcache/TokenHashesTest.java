package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
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

  /** Files and Redis keep these hashes, so a later version must compute the same hashes. */
  @Test
  void add_tokens_hashAsInEveryVersion() {
    TokenHashes hashes = TokenHashes.builder(1).add(1, 2).add(-3, 1L << 40).add(0, 0).build();
    long[][] expected = {
      {0x07c6a46969d3a74aL, 0x417b9dc08f20b023L},
      {0xd1d24eee135960d2L, 0x0453e4719037ac3cL},
      {0xc856d0ab055c5624L, 0x25be1bedd9220784L}
    };
    for (int token = 0; token < expected.length; token++) {
      assertThat(hashes.first(token)).isEqualTo(expected[token][0]);
      assertThat(hashes.second(token)).isEqualTo(expected[token][1]);
    }
  }

  @Test
  void prefix_cutsAndChecks() {
    TokenHashes hashes = Rows.hashes(1, 2, 3);
    assertThat(hashes.prefix(2).size()).isEqualTo(2);
    assertThat(hashes.prefix(2).commonPrefix(hashes)).isEqualTo(2);
    assertThatThrownBy(() -> hashes.prefix(4)).isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * A change of one bit of a token changes each bit of its hash half of the time. So similar tokens
   * have hashes that are not similar.
   */
  @Test
  void add_oneBitOfAToken_changesEveryBitOfTheHashAsOftenAsNot() throws Exception {
    Random random = new Random(5);
    int trials = 200;
    int[][] changes = new int[128][128];
    for (int trial = 0; trial < trials; trial++) {
      long word0 = random.nextLong();
      long word1 = random.nextLong();
      long[] hash = words(word0, word1);
      for (int bit = 0; bit < 128; bit++) {
        long flip = 1L << (bit & 63);
        long[] other = bit < 64 ? words(word0 ^ flip, word1) : words(word0, word1 ^ flip);
        for (int out = 0; out < 128; out++) {
          changes[bit][out] += (int) ((hash[out >> 6] ^ other[out >> 6]) >>> (out & 63) & 1);
        }
      }
    }
    for (int[] ofBit : changes) {
      for (int count : ofBit) {
        assertThat(count).isBetween(trials / 4, 3 * trials / 4);
      }
    }
  }

  /**
   * For a given state, one step maps different tokens to different hashes. If a step lost half of
   * the bits of a word, some of these 262,144 tokens would collide.
   */
  @Test
  void add_manyTokensThatDifferInOneWord_neverMeet() throws Exception {
    int count = 1 << 18;
    for (int which = 0; which < 2; which++) {
      Set<List<Long>> seen = new HashSet<>(2 * count);
      for (long i = 0; i < count; i++) {
        long[] hash = which == 0 ? words(i, 1) : words(1, i);
        seen.add(List.of(hash[0], hash[1]));
      }
      assertThat(seen).hasSize(count);
    }
  }

  private static long[] words(long word0, long word1) throws ReflectiveOperationException {
    Field words = TokenHashes.class.getDeclaredField("words");
    words.setAccessible(true);
    return (long[]) words.get(TokenHashes.builder(1).add(word0, word1).build());
  }
}
