package io.unipin.serving.keys;

import io.unipin.feedlog.FeedRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The items that one request names by id or by key. This object turns keys into ids, and returns
 * the key of an id for the answer. Not thread-safe.
 */
public final class RequestedItems {
  private final ItemNames names;
  private final Faults faults;

  /** The keys that the request names, by the ids of their items. */
  private final Map<Long, String> named = new HashMap<>();

  /** Receives the faults of a request. */
  @FunctionalInterface
  public interface Faults {
    void add(String field, String expected, Object got);
  }

  public RequestedItems(ItemNames names, Faults faults) {
    this.names = names;
    this.faults = faults;
  }

  /**
   * Returns the id of an item that is named by id or by key.
   *
   * @param id the item's id; 0 if {@code key} names the item
   * @param key the item's key; empty if {@code id} names the item
   * @param field path of the request's field that holds the key
   */
  public long item(long id, String key, String field) {
    if (key.isEmpty()) {
      return id;
    }
    if (id != 0) {
      faults.add(field, "no key beside the id " + id, key);
      return id;
    }
    return item(key, field);
  }

  /** Returns the id of the item with a key; 0 for a key that is not valid. */
  public long item(String key, String field) {
    Optional<String> fault = FeedRules.keyFault(key);
    if (fault.isPresent()) {
      faults.add(field, fault.get(), key);
      return 0;
    }
    long id = names.id(key);
    named.put(id, key);
    return id;
  }

  /** Returns the given ids, then the ids of the items with the given keys. */
  public long[] items(List<Long> ids, List<String> keys, String field) {
    long[] all = new long[ids.size() + keys.size()];
    int count = 0;
    for (long id : ids) {
      all[count++] = id;
    }
    for (int i = 0; i < keys.size(); i++) {
      all[count++] = item(keys.get(i), field + "[" + i + "]");
    }
    return all;
  }

  /**
   * Returns the given ids, then the ids of the items with the given keys. Reports a fault for an
   * item that occurs more than once.
   */
  public long[] distinct(List<Long> ids, String idField, List<String> keys, String keyField) {
    long[] all = items(ids, keys, keyField);
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < all.length; i++) {
      boolean byId = i < ids.size();
      int place = byId ? i : i - ids.size();
      if (!seen.add(all[i]) && (byId || FeedRules.keyFault(keys.get(place)).isEmpty())) {
        String field = (byId ? idField : keyField) + "[" + place + "]";
        faults.add(field, "each item once", byId ? ids.get(place) : keys.get(place));
      }
    }
    return all;
  }

  /** Returns an item's key; empty when the item has no key or no catalogue has the item. */
  public String key(long id) {
    return names.key(id);
  }

  /** Returns the key by which the request named an item; empty when the request gave the id. */
  public String requestedKey(long id) {
    return named.getOrDefault(id, "");
  }
}
