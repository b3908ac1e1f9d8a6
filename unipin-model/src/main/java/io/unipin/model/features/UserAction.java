package io.unipin.model.features;

/**
 * A user's action on an item, in the model's terms.
 *
 * @param item row of the item table: a catalogue row, the catalogue's size if the item is not
 *     known, or a higher row if the item is live
 * @param identity {@link ItemIdentity} of a live item; {@link ItemIdentity#NONE} for any other item
 * @param actions multi-hot over the action types; 0 means an impression without engagement
 * @param surface index into {@link ModelConfig#surfaces}
 * @param timeMs milliseconds since 1970, or {@link GapBuckets#NO_TIME}
 */
public record UserAction(int item, long identity, long actions, int surface, long timeMs) {

  /** Returns an action on an item of the bundle, or on an item that is not known. */
  public static UserAction of(int item, long actions, int surface, long timeMs) {
    return new UserAction(item, ItemIdentity.NONE, actions, surface, timeMs);
  }

  /**
   * Returns an action on a live item.
   *
   * @param row the item's row at the time of the request, from {@code ServingModel.liveRow}
   * @param identity the item's {@link ItemIdentity}
   * @throws IllegalArgumentException when the identity is {@link ItemIdentity#NONE}
   */
  public static UserAction live(int row, long identity, long actions, int surface, long timeMs) {
    if (identity == ItemIdentity.NONE) {
      throw new IllegalArgumentException(
          "an identity of the live item of row %s expected, got none".formatted(row));
    }
    return new UserAction(row, identity, actions, surface, timeMs);
  }
}
