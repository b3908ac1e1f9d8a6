package io.unipin.model.features;

import io.unipin.kvcache.TokenHashes;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one window of a user's history, oldest first, one for each action. The learned
 * first token, which the model adds, is not included.
 *
 * <p>Training and serving build all tokens with this class. The record owns the arrays, which must
 * not change.
 *
 * @param items rows of the item table (see {@link UserAction#item})
 * @param identities {@link ItemIdentity} of each live item; {@link ItemIdentity#NONE} for any other
 *     item
 * @param actions multi-hots over the action types
 * @param surfaces indices into {@link ModelConfig#surfaces}
 * @param gaps {@link GapBuckets} of the time since the previous action
 */
public record TokenSequence(
    int[] items, long[] identities, long[] actions, int[] surfaces, int[] gaps) {
  /**
   * Bit that is set in the hashed actions of live items only. So no token of a live item is hashed
   * like a token of the bundle's items.
   */
  private static final long LIVE = 1L << 63;

  private static final TokenSequence EMPTY =
      new TokenSequence(new int[0], new long[0], new int[0], new int[0]);

  public TokenSequence {
    if (identities.length != items.length
        || actions.length != items.length
        || surfaces.length != items.length
        || gaps.length != items.length) {
      throw new IllegalArgumentException(
          ("arrays of one length expected, got items %s, identities %s, actions %s, surfaces %s,"
                  + " gaps %s")
              .formatted(
                  items.length, identities.length, actions.length, surfaces.length, gaps.length));
    }
  }

  /** Creates a sequence without live items. */
  public TokenSequence(int[] items, long[] actions, int[] surfaces, int[] gaps) {
    this(items, new long[items.length], actions, surfaces, gaps);
  }

  /** Returns the sequence without actions. */
  public static TokenSequence empty() {
    return EMPTY;
  }

  /** Returns the tokens of a window, oldest action first. */
  public static TokenSequence of(List<UserAction> window) {
    int n = window.size();
    int[] items = new int[n];
    long[] identities = new long[n];
    long[] actions = new long[n];
    int[] surfaces = new int[n];
    int[] gaps = new int[n];
    for (int i = 0; i < n; i++) {
      UserAction action = window.get(i);
      items[i] = action.item();
      identities[i] = action.identity();
      actions[i] = action.actions();
      surfaces[i] = action.surface();
      gaps[i] =
          i == 0 ? GapBuckets.FIRST : GapBuckets.of(window.get(i - 1).timeMs(), action.timeMs());
    }
    return new TokenSequence(items, identities, actions, surfaces, gaps);
  }

  public int size() {
    return items.length;
  }

  /** Returns the newest {@code count} tokens of this sequence as a separate history. */
  public TokenSequence newest(int count) {
    if (count == 0) {
      return EMPTY;
    }
    int n = size();
    int[] gapsOfNewest = Arrays.copyOfRange(gaps, n - count, n);
    gapsOfNewest[0] = GapBuckets.FIRST;
    return new TokenSequence(
        Arrays.copyOfRange(items, n - count, n),
        Arrays.copyOfRange(identities, n - count, n),
        Arrays.copyOfRange(actions, n - count, n),
        Arrays.copyOfRange(surfaces, n - count, n),
        gapsOfNewest);
  }

  /**
   * Returns {@code 1 + size()} chained hashes. The first belongs to the learned first token, and
   * the others belong to the actions. A live item is hashed by its identity, every other item by
   * its row.
   */
  public TokenHashes hashes() {
    TokenHashes.Builder builder = TokenHashes.builder(1 + items.length).add(-1, -1);
    for (int i = 0; i < items.length; i++) {
      long context = (long) surfaces[i] << 32 | (long) gaps[i] << 48;
      if (identities[i] == ItemIdentity.NONE) {
        builder.add(items[i] | context, actions[i]);
      } else {
        builder.add(identities[i] ^ ItemIdentity.mixed(context), actions[i] | LIVE);
      }
    }
    return builder.build();
  }
}
