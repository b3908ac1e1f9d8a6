package io.unipin.serving.items;

import io.unipin.ann.LiveIndexStatus;
import io.unipin.serving.failure.ServingException;
import java.util.List;

/** Puts, upserts and deletes items for callers. Thread-safe. */
public interface ItemWriter {
  /**
   * An item of the serving bundle that is to be added to the index, with a vector.
   *
   * @param vector vector of the bundle's dimension; empty to use the vector that the bundle has for
   *     the item
   */
  record Upsert(long id, List<Float> vector) {}

  /**
   * Adds items that the serving bundle knows, and deletes items as {@link #delete} does. Makes
   * either all of these changes or none. Every search that begins after this method returns sees
   * the changes.
   */
  LiveIndexStatus change(List<Upsert> upserts, long[] deletes);

  /**
   * Adds or replaces items. The old values of an item are served until the new values replace
   * them. A put ends an earlier deletion of the id.
   *
   * <p>If the verdict of an item says that the item is kept, the item is on the disk. Every search
   * that begins after this method returns finds the items that are served. If only some of the
   * items can be stored, the others get the verdict REFUSED. So does an item that the serving
   * bundle's tower can't embed.
   *
   * @return one verdict per item, in the order of the items
   * @throws ServingException when no item was stored. INVALID: an id occurs twice, or the server
   *     takes no puts. OVERLOADED: {@link ItemsConfig#maxPutsPerSecond} does not allow so many items
   *     now. UNAVAILABLE: the items can't be kept now, for example because the disk is full.
   */
  List<ItemVerdict> put(List<PutItem> items);

  /**
   * Deletes items that callers put or that bundles have. A search that begins after this method
   * returns finds none of these items, in any bundle and even after a restart. Deleting an item
   * again changes nothing.
   *
   * <p>The texts of a deleted item leave the disk soon after this method returns.
   *
   * @param ids distinct ids
   * @return one verdict per id, in the order of the ids: DELETED or ABSENT
   */
  List<ItemVerdict> delete(long[] ids);
}
