package io.unipin.serving.items;

import io.unipin.feedlog.Catalogue;
import io.unipin.serving.bundle.LoadedBundle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides the outcome for each item of one put, before anything is changed. Not thread-safe.
 *
 * <p>The plan is made for the bundle that serves most users. Other bundles are brought up to date
 * from the store.
 *
 * <p>If another server has accepted the items, the plan keeps an item whatever the bundle says of
 * it. Servers of a fleet may serve different bundles, and their requests hold different slots. But
 * all servers must keep the same items.
 */
final class PutPlan {
  private final ItemsConfig config;
  private final ItemStore store;
  private final LoadedBundle bundle;
  private final boolean isAccepted;
  private final List<ItemVerdict> verdicts = new ArrayList<>();

  /** The items that will be stored. */
  private final List<StoredItem> kept = new ArrayList<>();

  /** The items of {@code kept} that the bundle is to serve. */
  private final List<StoredItem> served = new ArrayList<>();

  private final List<StoredItem> unserved = new ArrayList<>();

  private Embedded embedded = Embedded.NONE;
  private int live;
  private long bytes;
  private int slots;

  /**
   * Creates a plan without items.
   *
   * @param isAccepted whether another server has accepted the items
   */
  PutPlan(ItemsConfig config, ItemStore store, LoadedBundle bundle, boolean isAccepted) {
    this.config = config;
    this.store = store;
    this.bundle = bundle;
    this.isAccepted = isAccepted;
    this.live = bundle.items().size();
    this.bytes = store.index().size().bytes();
    this.slots = bundle.items().available();
  }

  List<ItemVerdict> verdicts() {
    return verdicts;
  }

  List<StoredItem> kept() {
    return kept;
  }

  /** Decides whether the next item is kept and served, and adds the item's verdict. */
  void consider(PutItem item, long nowMs) {
    ItemFit fit = ItemFit.of(bundle, item);
    Optional<String> fault = ItemCheck.fault(item, nowMs);
    StoredItem present = store.read(item.id()).orElse(null);
    String key = present == null ? "" : present.item().key();
    boolean misfit = fit.outcome() == Outcome.REFUSED && !isAccepted;
    String refusal = fault.orElse(misfit ? fit.reason() : collision(item, key));
    if (refusal.isEmpty()) {
      accept(item.key().isEmpty() ? item.keyed(key) : item, present, fit);
    } else {
      refuse(item, refusal);
    }
  }

  /**
   * Checks that an item's key does not give it the id of another item. Returns what is wrong; empty
   * if nothing is wrong.
   *
   * @param stored key of the stored item of this id; empty when there is none
   */
  private String collision(PutItem item, String stored) {
    int row = bundle.catalogue().row(item.id());
    boolean own = row != Catalogue.UNKNOWN && !isAccepted;
    String other = own ? bundle.catalogue().key(row) : stored;
    if (item.key().isEmpty() || other.equals(item.key()) || (other.isEmpty() && !own)) {
      return "";
    }
    return "key: another item id than %s of %s expected (put one of the two by an id), got '%s'"
        .formatted(
            item.id(),
            other.isEmpty() ? "an item without a key" : "key '" + other + "'",
            item.key());
  }

  private void refuse(PutItem item, String reason) {
    verdicts.add(new ItemVerdict(item.id(), Outcome.REFUSED, reason));
  }

  private void accept(PutItem item, @Nullable StoredItem present, ItemFit fit) {
    boolean same = present != null && isSame(present, item);
    boolean isServed = bundle.items().revision(item.id()) == store.index().revision(item.id());
    if (same && (!fit.isServed() || isServed)) {
      verdicts.add(verdict(item, fit, Outcome.UNCHANGED));
      return;
    }
    StoredItem stored = new StoredItem(store.index().nextRevision(), item);
    String full = room(stored, fit);
    if (!full.isEmpty()) {
      refuse(item, full);
      return;
    }
    kept.add(stored);
    (fit.isServed() ? served : unserved).add(stored);
    slots -= fit.isServed() ? 1 : 0;
    verdicts.add(verdict(item, fit, present == null ? Outcome.ADDED : Outcome.REPLACED));
  }

  /** Returns the verdict for a kept item; {@code served} is the outcome if the item is served. */
  private static ItemVerdict verdict(PutItem item, ItemFit fit, Outcome served) {
    Outcome unserved = fit.outcome() == Outcome.REFUSED ? Outcome.NOT_SERVED : fit.outcome();
    return new ItemVerdict(item.id(), fit.isServed() ? served : unserved, fit.reason());
  }

  private static boolean isSame(StoredItem present, PutItem item) {
    byte[] renewed = ItemCodec.encode(new StoredItem(present.revision(), item));
    return Arrays.equals(ItemCodec.encode(present), renewed);
  }

  /**
   * Reserves room for an item. Returns why there is no room for the item; empty if there is room.
   */
  private String room(StoredItem stored, ItemFit fit) {
    long cost = StoreIndex.cost(ItemCodec.encode(stored).length) - store.index().cost(stored.id());
    boolean isMore = fit.isServed() && bundle.items().revision(stored.id()) < 0;
    if (isMore && live >= config.limit() && !isAccepted) {
      return "at most %s items that the bundle does not know expected (items.limit), got one more"
          .formatted(config.limit());
    }
    if (cost > 0 && bytes + cost > config.maxBytes().bytes()) {
      return "at most %s of items expected (items.maxBytes), got %s bytes more than %s"
          .formatted(config.maxBytes(), cost, bytes);
    }
    if (fit.isServed() && slots <= 0 && !isAccepted) {
      return "room for the item expected, but requests still read too many items that were"
          + " replaced or deleted; try again";
    }
    live += isMore ? 1 : 0;
    bytes += cost;
    return "";
  }

  /** Embeds the items that the bundle is to serve, and refuses those that it cannot embed. */
  void embed() {
    embedded = new BundleItems(bundle, config.limit()).embed(served);
    if (embedded.items().size() == served.size()) {
      return;
    }
    Set<Long> failed = ids(served);
    failed.removeAll(ids(embedded.items()));
    kept.removeIf(stored -> failed.contains(stored.id()));
    verdicts.replaceAll(
        verdict ->
            failed.contains(verdict.id())
                ? new ItemVerdict(verdict.id(), Outcome.REFUSED, BundleItems.NOT_EMBEDDED)
                : verdict);
  }

  private static Set<Long> ids(List<StoredItem> items) {
    return items.stream().map(StoredItem::id).collect(Collectors.toCollection(HashSet::new));
  }

  /** Makes the bundle serve the planned items. Call this after {@link #kept} is stored. */
  void serve() {
    BundleItems items = new BundleItems(bundle, config.limit());
    items.add(embedded);
    items.serve(unserved);
  }

  /**
   * Corrects the verdicts of accepted items after the bundle has served the items as far as it can.
   */
  List<ItemVerdict> verdictsAfterwards() {
    BundleItems items = new BundleItems(bundle, config.limit());
    Map<Long, ItemVerdict> absent = new HashMap<>();
    for (StoredItem stored : served) {
      long id = stored.id();
      if (bundle.items().revision(id) != stored.revision()) {
        absent.put(id, new ItemVerdict(id, Outcome.NOT_SERVED, items.absence(stored, false)));
      }
    }
    return verdicts.stream().map(verdict -> absent.getOrDefault(verdict.id(), verdict)).toList();
  }
}
