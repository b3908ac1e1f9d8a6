package io.unipin.kvcache;

import java.util.Arrays;
import java.util.Objects;

/**
 * The chained 128-bit hashes of a token sequence. Element i covers tokens 0..i, so two sequences
 * agree on a prefix of tokens exactly where their hashes agree.
 *
 * <p>{@link #commonPrefix} takes O(log size). A sequence takes 16 bytes per token. Immutable.
 */
public final class TokenHashes {
  /*
   *    next = P(state xor M(token))
   *
   * State and token have 128 bits. M and P are permutations of 128-bit words: M applies mix() to
   * each of the two words, and P mixes each word into the other in two rounds.
   *
   * Consider two sequences and the first position at which their tokens differ. Their states before
   * this position are equal, so their hashes at this position certainly differ. Two different
   * states become equal later only if state xor M(token) happens to be equal for both. If nobody
   * chose the tokens for this purpose, the probability of this is 2^-128 per step. For a pair of
   * sequences of 2,048 tokens it is then below 2^-117. Unless two different states become equal,
   * agreement is monotone, and binary search finds the common prefix.
   *
   * The hash is not keyed. Anyone who chooses the tokens of a user could give two of that user's
   * own sequences equal hashes. Sequences of two users are never compared, because KvKey separates
   * users.
   *
   * mix() is David Stafford's finaliser "Mix13", which SplittableRandom uses as well. It is a
   * permutation of 64 bits with full avalanche.
   */
  private static final long SEED_0 = 0x9E3779B97F4A7C15L;
  private static final long SEED_1 = 0xC2B2AE3D27D4EB4FL;

  /** The words of element i are at 2i and 2i + 1. */
  private final long[] words;

  private final int size;

  private TokenHashes(long[] words, int size) {
    this.words = words;
    this.size = size;
  }

  /**
   * Returns a builder with room for {@code expected} tokens. The builder grows when more tokens are
   * added.
   */
  public static Builder builder(int expected) {
    if (expected < 0) {
      throw new IllegalArgumentException("at least 0 tokens expected, got " + expected);
    }
    return new Builder(expected);
  }

  /** Returns the number of tokens. */
  public int size() {
    return size;
  }

  /** Returns the number of leading tokens that both sequences share. */
  public int commonPrefix(TokenHashes other) {
    int low = 0;
    int high = Math.min(size, other.size);
    if (high == 0 || agreesAt(high - 1, other)) {
      return high;
    }
    // Invariant: both agree on the first `low` tokens and differ at token `high` - 1.
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

  /** Returns the first 64 bits of the hash of tokens {@code 0..token}. */
  public long first(int token) {
    return words[2 * Objects.checkIndex(token, size)];
  }

  /** Returns the last 64 bits of the hash of tokens {@code 0..token}. */
  public long second(int token) {
    return words[2 * Objects.checkIndex(token, size) + 1];
  }

  /**
   * Returns the hashes of the first {@code length} tokens. The result shares this object's memory.
   */
  TokenHashes prefix(int length) {
    if (length < 0 || length > size) {
      throw new IllegalArgumentException("0 to " + size + " tokens expected, got " + length);
    }
    return new TokenHashes(words, length);
  }

  private boolean agreesAt(int index, TokenHashes other) {
    return words[2 * index] == other.words[2 * index]
        && words[2 * index + 1] == other.words[2 * index + 1];
  }

  /** A builder that hashes tokens in the order in which they are added. Not thread-safe. */
  public static final class Builder {
    private long[] words;
    private int size;
    private long state0 = SEED_0;
    private long state1 = SEED_1;

    private Builder(int expected) {
      words = new long[2 * expected];
    }

    /** Adds the next token, given as 128 bits that distinguish it from every other token. */
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

    /** Returns the hashes of the tokens added so far. More tokens may be added afterwards. */
    public TokenHashes build() {
      // A full array can be shared: the next token makes the builder copy it.
      long[] hashes = 2 * size == words.length ? words : Arrays.copyOf(words, 2 * size);
      return new TokenHashes(hashes, size);
    }

    private static long mix(long value) {
      long z = value;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      return z ^ (z >>> 31);
    }
  }
}
