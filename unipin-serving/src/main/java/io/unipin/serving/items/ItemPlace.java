package io.unipin.serving.items;

/**
 * Whether one bundle serves an id, and with which item.
 *
 * @param holder number of the bundle's holder: 0 for the server's own bundle; the other holders
 *     follow in the order in which {@link ItemChanges} got them
 * @param reason why the bundle serves no item with the id, as "X expected, got Y"; empty if the
 *     bundle serves such an item
 */
public record ItemPlace(int holder, String bundle, Service service, String reason) {
  /** The item that a bundle serves under an id, if any. */
  public enum Service {
    /** The bundle serves the item that was put. */
    SERVED,
    /** The bundle serves its own item with this id. */
    OWN_ITEM,
    /** The bundle serves no item with this id. */
    NOT_SERVED
  }
}
