package io.unipin.kvcache;

import java.util.Arrays;

/**
 * Chained 128-bit hashes of a token sequence: element i covers tokens 0..i, so that two sequences agree on their first
 * tokens exactly as far as their hashes do.
 *
 * <p>Complexity: {@link #commonPrefix} is O(log size); 16 bytes a token. Immutable.
 */
public final class TokenHashes {
  /*
   * One step maps (state, token) to the next state, all of 128 bits: next = P(state xor M(token)), where M and P are
   * permutations of the 128-bit words. So
   *  - where two sequences first differ, their states were equal and their tokens were not: the hashes differ with
   *    certainty, not only with high probability;
   *  - two states that differ can only meet again later when state xor M(token) happens to be equal, which for tokens
   *    not made for it has probability 2^-128 a step: below 2^-117 for a pair of sequences of 2,048 tokens. As long as
   *    it doesn't happen, agreement is monotone, and the common prefix is found by binary search.
   * The hash isn't keyed: whoever chooses the tokens of a user could make two of that user's own sequences meet, never
   * those of two users, which are told apart by KvKey.
   *
   * mix() is the finaliser "Mix13" of David Stafford (also in SplittableRandom), a permutation of 64 bits with full
   * avalanche; the rounds of P spread it over both words.
   */
  private static final long SEED_0 = 0x9E3779B97F4A7C15L;
  private static final long SEED_1 = 0xC2B2AE3D27D4EB4FL;

  /** Element i is at 2i and 2i + 1. */
  private final long[] words;

  private final int size;

  private TokenHashes(long[] words, int size) {
    this.words = words;
    this.size = size;
  }

  /** Returns a builder with room for {@code expected} tokens; it grows when there are more. */
  public static Builder builder(int expected) {
    if (expected < 0) {
      throw new IllegalArgumentException("expected at least 0 tokens, got " + expected);
    }
    return new Builder(expected);
  }

  /** Returns the number of tokens. */
  public int size() {
    return size;
  }

  /** Returns the number of leading tokens on which both agree. */
  public int commonPrefix(TokenHashes other) {
    int low = 0;
    int high = Math.min(size, other.size);
    if (high == 0 || agreesAt(high - 1, other)) {
      return high;
    }
    // Both agree on the first `low` tokens and differ at token `high` - 1.
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (agreesAt(middle - 1, other)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the hashes of the first {@code length} tokens, sharing the memory. */
  TokenHashes prefix(int length) {
    if (length < 0 || length > size) {
      throw new IllegalArgumentException("expected 0 to " + size + " tokens, got " + length);
    }
    return new TokenHashes(words, length);
  }

  private boolean agreesAt(int index, TokenHashes other) {
    return words[2 * index] == other.words[2 * index]
        && words[2 * index + 1] == other.words[2 * index + 1];
  }

  /** Hashes tokens in order. One thread. */
  public static final class Builder {
    private long[] words;
    private int size;
    private long state0 = SEED_0;
    private long state1 = SEED_1;

    private Builder(int expected) {
      words = new long[2 * expected];
    }

    /** Adds the next token, given as 128 bits that tell it from every other token. */
    public Builder add(long word0, long word1) {
      long a = state0 ^ mix(word0 + SEED_0);
      long b = state1 ^ mix(word1 + SEED_1);
      for (int round = 0; round < 2; round++) {
        a = mix(a + b);
        b = mix(Long.rotateLeft(b, 29) ^ a);
      }
      state0 = a;
      state1 = b;
      if (2 * size == words.length) {
        words = Arrays.copyOf(words, Math.max(16, 2 * words.length));
      }
      words[2 * size] = a;
      words[2 * size + 1] = b;
      size++;
      return this;
    }

    /** Returns the hashes of the tokens added so far; more may be added afterwards. */
    public TokenHashes build() {
      return new TokenHashes(Arrays.copyOf(words, 2 * size), size);
    }

    private static long mix(long value) {
      long z = value;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      return z ^ (z >>> 31);
    }
  }
}
