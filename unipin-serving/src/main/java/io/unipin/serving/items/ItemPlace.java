package io.unipin.serving.items;

/**
 * A bundle, and what it does with an id.
 *
 * @param holder number of the bundle's holder: 0 for the server's own bundle, then the others in
 *     the order in which {@link ItemChanges} knows them
 * @param reason why the bundle serves no item of the id, as "X expected, got Y"; empty otherwise
 */
public record ItemPlace(int holder, String bundle, Service service, String reason) {
  /** What a bundle does with an id. */
  public enum Service {
    /** It serves the item that was put. */
    SERVED,
    /** It serves its own item of this id. */
    OWN_ITEM,
    /** It serves no item of this id. */
    NOT_SERVED
  }
}
