package io.unipin.serving.items;

import java.util.List;

/**
 * Applies changes of items that another server has accepted. This class does not bound the rate of
 * puts, and it keeps a deletion even if no bundle knows the id yet. Thread-safe.
 */
public final class FollowedItems {
  private final ItemChanges items;

  public FollowedItems(ItemChanges items) {
    this.items = items;
  }

  /** Puts distinct items as {@link ItemWriter#put} does. */
  public List<ItemVerdict> put(List<PutItem> puts) {
    synchronized (items) {
      return items.putAccepted(puts);
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
      items.requireRoom(absent);
      items.remove(absent);
      return verdicts;
    }
  }

  /** Adds an item of the serving bundle to the index, as {@link ItemWriter#change} does. */
  public void upsert(ItemWriter.Upsert upsert) {
    items.change(List.of(upsert), new long[0]);
  }
}
