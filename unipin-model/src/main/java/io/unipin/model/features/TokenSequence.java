package io.unipin.model.features;

import io.unipin.kvcache.TokenHashes;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one window of a user's history, oldest first, one for each action. The learned
 * first token, which the model adds, is not included.
 *
 * <p>Training and serving both build their tokens with this class only. The record owns the arrays;
 * they must not change.
 *
 * @param items catalogue rows
 * @param actions multi-hots over the action types
 * @param surfaces indices into the surfaces
 * @param gaps {@link GapBuckets} of the time since the previous action
 */
public record TokenSequence(int[] items, long[] actions, int[] surfaces, int[] gaps) {
  private static final TokenSequence EMPTY =
      new TokenSequence(new int[0], new long[0], new int[0], new int[0]);

  public TokenSequence {
    if (actions.length != items.length
        || surfaces.length != items.length
        || gaps.length != items.length) {
      throw new IllegalArgumentException(
          "arrays of one length expected, got items %s, actions %s, surfaces %s, gaps %s"
              .formatted(items.length, actions.length, surfaces.length, gaps.length));
    }
  }

  /** Returns the sequence without actions. */
  public static TokenSequence empty() {
    return EMPTY;
  }

  /** Returns the tokens of a window, oldest action first. */
  public static TokenSequence of(List<UserAction> window) {
    int n = window.size();
    int[] items = new int[n];
    long[] actions = new long[n];
    int[] surfaces = new int[n];
    int[] gaps = new int[n];
    for (int i = 0; i < n; i++) {
      UserAction action = window.get(i);
      items[i] = action.item();
      actions[i] = action.actions();
      surfaces[i] = action.surface();
      gaps[i] =
          i == 0 ? GapBuckets.FIRST : GapBuckets.of(window.get(i - 1).timeMs(), action.timeMs());
    }
    return new TokenSequence(items, actions, surfaces, gaps);
  }

  public int size() {
    return items.length;
  }

  /** Returns the newest tokens of this sequence as a separate history. */
  public TokenSequence newest(int count) {
    if (count == 0) {
      return EMPTY;
    }
    int n = size();
    int[] gapsOfNewest = Arrays.copyOfRange(gaps, n - count, n);
    gapsOfNewest[0] = GapBuckets.FIRST;
    return new TokenSequence(
        Arrays.copyOfRange(items, n - count, n),
        Arrays.copyOfRange(actions, n - count, n),
        Arrays.copyOfRange(surfaces, n - count, n),
        gapsOfNewest);
  }

  /**
   * Returns chained hashes of the learned first token and every action: {@code 1 + size()} hashes.
   */
  public TokenHashes hashes() {
    TokenHashes.Builder builder = TokenHashes.builder(1 + items.length).add(-1, -1);
    for (int i = 0; i < items.length; i++) {
      builder.add(items[i] | (long) surfaces[i] << 32 | (long) gaps[i] << 48, actions[i]);
    }
    return builder.build();
  }
}
