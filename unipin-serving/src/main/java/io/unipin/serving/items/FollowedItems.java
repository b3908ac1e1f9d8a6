package io.unipin.serving.items;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Applies changes of items that another server has accepted. All servers of a fleet must keep the
 * same items. So this class does not bound the rate of puts, and it keeps an item or a deletion
 * whatever the server's own bundles know or can serve now. Thread-safe.
 */
public final class FollowedItems {
  private final ItemChanges items;

  public FollowedItems(ItemChanges items) {
    this.items = items;
  }

  /**
   * Puts distinct items. An item that has expired since it was accepted is deleted, as every server
   * does when an item expires. An item is refused only if it is wrong for every bundle, or if there
   * is no room for it in the store.
   *
   * @return one verdict per item, in the order of the items
   */
  public List<ItemVerdict> put(List<PutItem> puts) {
    synchronized (items) {
      long now = items.nowMs();
      List<PutItem> kept = puts.stream().filter(item -> !item.isOver(now)).toList();
      long[] gone = puts.stream().filter(item -> item.isOver(now)).mapToLong(PutItem::id).toArray();
      Map<Long, ItemVerdict> verdicts = new HashMap<>();
      items.keep(kept, now).forEach(verdict -> verdicts.put(verdict.id(), verdict));
      delete(gone).forEach(verdict -> verdicts.put(verdict.id(), verdict));
      return puts.stream().map(item -> Objects.requireNonNull(verdicts.get(item.id()))).toList();
    }
  }

  /** Deletes distinct ids as {@link ItemWriter#delete} does. */
  public List<ItemVerdict> delete(long[] ids) {
    synchronized (items) {
      List<ItemVerdict> verdicts = items.delete(ids);
      long[] absent =
          verdicts.stream()
              .filter(verdict -> verdict.outcome() == Outcome.ABSENT)
              .mapToLong(ItemVerdict::id)
              .filter(id -> !items.isDeleted(id))
              .toArray();
      items.remove(absent);
      return verdicts;
    }
  }

  /**
   * Adds an item of the serving bundle to the index, as {@link ItemWriter#change} does. If only
   * other bundles have the item, takes back its deletion, so that these bundles serve it.
   */
  public void upsert(ItemWriter.Upsert upsert) {
    synchronized (items) {
      if (items.isOwn(upsert.id())) {
        items.change(List.of(upsert), new long[0]);
      } else {
        items.takeBack(upsert.id());
      }
    }
  }
}
