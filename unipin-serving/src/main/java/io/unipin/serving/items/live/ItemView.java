package io.unipin.serving.items.live;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.ItemIdentity;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The items that a bundle had when the view was opened. Each item has a row in the model's table.
 * One request reads one view. Until the view is closed, each row keeps its item even if callers put
 * or delete items. There is one exception: the times of expiry of the bundle's own items are always
 * current.
 *
 * <p>Rows 0 to N - 1 are the bundle's own items, row N stands for unknown items, and higher rows
 * are live items.
 *
 * <p>Thread-safe except for {@link #close}. A look-up takes O(1).
 */
public final class ItemView implements AutoCloseable {
  private final LiveItems items;
  private final LiveItems.State state;
  private final long epoch;
  private final Catalogue catalogue;
  private boolean closed;

  ItemView(LiveItems items, LiveItems.State state, long epoch) {
    this.items = items;
    this.state = state;
    this.epoch = epoch;
    this.catalogue = items.catalogue();
  }

  /** Returns a view of a catalogue without live items. */
  public static ItemView of(Catalogue catalogue) {
    return new LiveItems(catalogue, 0).open();
  }

  /** Returns the row of an item, or {@link Catalogue#UNKNOWN}. */
  public int row(long id) {
    int row = catalogue.row(id);
    if (row != Catalogue.UNKNOWN || state.size() == 0) {
      return row;
    }
    LiveEntry entry = items.find(id, state.version());
    return entry == null ? Catalogue.UNKNOWN : items.firstRow() + entry.slot;
  }

  /** Whether a row belongs to a live item. */
  public boolean isLive(int row) {
    return row >= items.firstRow();
  }

  private LiveEntry live(int row) {
    LiveEntry entry = items.at(row - items.firstRow());
    if (entry == null || !entry.lives(state.version())) {
      throw new IllegalArgumentException("a row of an item of this view expected, got " + row);
    }
    return entry;
  }

  public long id(int row) {
    return isLive(row) ? live(row).id : catalogue.id(row);
  }

  public String title(int row) {
    return isLive(row) ? live(row).title() : catalogue.title(row);
  }

  /** Returns an item's key; empty when it has none. */
  public String key(int row) {
    return isLive(row) ? live(row).key() : catalogue.key(row);
  }

  public String category(int row) {
    return isLive(row) ? live(row).category : catalogue.category(row);
  }

  /** Returns an item's author; empty when unknown. */
  public String author(int row) {
    return isLive(row) ? live(row).author() : catalogue.author(row);
  }

  /**
   * Returns the time at which the item appeared, in milliseconds since 1970, or
   * {@link FeedLog#NO_TIME}.
   */
  public long createdMs(int row) {
    return isLive(row) ? live(row).createdMs() : catalogue.createdMs(row);
  }

  /**
   * Returns the time from which no page shows the item, in milliseconds since 1970; 0 if the item
   * never expires.
   */
  public long expiresMs(int row) {
    return isLive(row) ? live(row).expiresMs() : items.expiresMs(catalogue.id(row));
  }

  /** Whether an item has expired at the given time, so that no page shows it. */
  public boolean isExpired(int row, long nowMs) {
    long expires = expiresMs(row);
    return expires != 0 && expires <= nowMs;
  }

  /**
   * Returns the identity of a live item, or {@link ItemIdentity#NONE} for an item of the bundle.
   */
  public long identity(int row) {
    if (!isLive(row)) {
      return ItemIdentity.NONE;
    }
    LiveEntry item = live(row);
    return ItemIdentity.of(item.id, item.content);
  }

  /** Returns the number of items: the bundle's own items and live items together. */
  public int size() {
    return catalogue.size() + state.size();
  }

  /**
   * Returns the number of the last change of live items that this view shows. Every change has a
   * higher number than the change before it.
   */
  public long version() {
    return state.version();
  }

  /** Returns the rows of all live items. Takes O(slots in use). */
  public IntStream liveRows() {
    if (state.size() == 0) {
      return IntStream.empty();
    }
    return IntStream.range(0, state.slots())
        .filter(slot -> lives(items.at(slot)))
        .map(slot -> items.firstRow() + slot);
  }

  private boolean lives(@Nullable LiveEntry entry) {
    return entry != null && entry.lives(state.version());
  }

  /**
   * Returns the ids of live items of the given categories that appeared at the given time or later.
   * Takes O(slots in use).
   *
   * @param categories allowed categories; an empty set allows any category
   * @param fromMs earliest time, in milliseconds since 1970; {@link FeedLog#NO_TIME} also allows
   *     items whose time is unknown
   */
  public long[] liveIds(Set<String> categories, long fromMs) {
    return liveRows()
        .filter(row -> categories.isEmpty() || categories.contains(category(row)))
        .filter(row -> createdMs(row) >= fromMs)
        .mapToLong(this::id)
        .toArray();
  }

  /**
   * Returns the ids of live items that appeared at {@code fromMs} or later and before {@code toMs},
   * both in milliseconds since 1970. Takes O(slots in use).
   */
  public long[] liveIdsBetween(long fromMs, long toMs) {
    return liveRows()
        .filter(row -> createdMs(row) >= fromMs && createdMs(row) < toMs)
        .mapToLong(this::id)
        .toArray();
  }

  /**
   * Closes the view. Rows of items that were removed or replaced while the view was open can then
   * be used again. Idempotent.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      items.close(epoch);
    }
  }
}
