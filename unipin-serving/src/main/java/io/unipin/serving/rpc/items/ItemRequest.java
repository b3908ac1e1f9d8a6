package io.unipin.serving.rpc.items;

import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemWriter.Upsert;
import io.unipin.serving.items.PutItem;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.keys.RequestedItems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The changes that a message asks for. The message is checked as a whole; the values of each put
 * are checked later, when the put is made.
 *
 * @param puts the puts whose id or key is valid
 * @param deletes distinct ids; the message neither upserts nor puts any of these ids
 * @param names the items that the message names
 * @param refused verdicts about puts and deletes whose id or key is not valid, by their places in
 *     the answer to the message
 */
@SuppressWarnings("ArrayRecordComponent") // each record belongs to one call
record ItemRequest(
    List<Upsert> upserts,
    List<PutItem> puts,
    long[] deletes,
    RequestedItems names,
    SortedMap<Integer, ItemVerdict> refused) {
  private static final int MAX_CHANGES = 10_000;
  private static final int MAX_PUTS = 1_000;
  private static final int MAX_SHOWN = 48;

  static ItemRequest read(ChangeItemsRequest request, ItemNames known) {
    checkCounts(request);
    return request.getUpsertsCount() > 0 ? upserts(request, known) : itemByItem(request, known);
  }

  private static ItemRequest upserts(ChangeItemsRequest request, ItemNames known) {
    RequestedItems names = new RequestedItems(known, ItemRequest::refuse);
    Set<Long> named = new HashSet<>();
    List<Upsert> upserts = new ArrayList<>();
    for (ItemVector item : request.getUpsertsList()) {
      long id = names.item(item.getId(), item.getKey(), "upserts[" + upserts.size() + "].key");
      once("upserts", id, named);
      upserts.add(new Upsert(id, item.getVectorList()));
    }
    long[] deletes =
        names.items(request.getDeletesList(), request.getDeleteKeysList(), "delete_keys");
    for (long id : deletes) {
      once("deletes", id, named);
    }
    return new ItemRequest(upserts, List.of(), deletes, names, Collections.emptySortedMap());
  }

  private static ItemRequest itemByItem(ChangeItemsRequest request, ItemNames known) {
    List<String> faults = new ArrayList<>();
    RequestedItems names =
        new RequestedItems(
            known, (field, expected, got) -> faults.add(fault(field, expected, got)));
    Set<Long> named = new HashSet<>();
    SortedMap<Integer, ItemVerdict> refused = new TreeMap<>();
    List<PutItem> puts = new ArrayList<>();
    for (int i = 0; i < request.getPutsCount(); i++) {
      Item item = request.getPuts(i);
      long id = names.item(item.getId(), item.getKey(), "key");
      if (faults.isEmpty()) {
        once("puts", id, named);
        puts.add(ItemFields.read(item, id));
      } else {
        refused.put(i, refused(id, item.getKey(), faults));
      }
    }
    List<Long> deletes = new ArrayList<>(request.getDeletesList());
    for (int i = 0; i < request.getDeleteKeysCount(); i++) {
      String key = request.getDeleteKeys(i);
      long id = names.item(key, "delete_keys[" + i + "]");
      if (faults.isEmpty()) {
        deletes.add(id);
      } else {
        int place = request.getPutsCount() + request.getDeletesCount() + i;
        refused.put(place, refused(id, key, faults));
      }
    }
    deletes.forEach(id -> once("deletes", id, named));
    long[] ids = deletes.stream().mapToLong(Long::longValue).toArray();
    return new ItemRequest(List.of(), puts, ids, names, refused);
  }

  /** Returns the verdict about an item with faults, and clears the faults. */
  private static ItemVerdict refused(long id, String key, List<String> faults) {
    String reason = String.join("; ", faults);
    faults.clear();
    return ItemVerdict.newBuilder()
        .setId(id)
        .setKey(key)
        .setOutcome(ItemVerdict.Outcome.REFUSED)
        .setReason(reason)
        .build();
  }

  private static void checkCounts(ChangeItemsRequest request) {
    int puts = request.getPutsCount();
    int deletes = request.getDeletesCount() + request.getDeleteKeysCount();
    int changes = request.getUpsertsCount() + deletes + puts;
    if (changes > MAX_CHANGES) {
      throw ServingException.invalid(
          "upserts", "at most " + MAX_CHANGES + " changes expected, got " + changes);
    }
    if (puts > MAX_PUTS) {
      throw ServingException.invalid(
          "puts", "at most " + MAX_PUTS + " items expected, got " + puts);
    }
    if (puts > 0 && request.getUpsertsCount() > 0) {
      throw ServingException.invalid(
          "upserts", "none beside puts expected, got " + request.getUpsertsCount());
    }
  }

  private static void once(String field, long id, Set<Long> named) {
    if (!named.add(id)) {
      throw ServingException.invalid(field, "every item once expected, got " + id + " again");
    }
  }

  static void refuse(String field, String expected, Object got) {
    throw ServingException.invalid(field, expectedGot(expected, got));
  }

  private static String fault(String field, String expected, Object got) {
    return field + ": " + expectedGot(expected, got);
  }

  private static String expectedGot(String expected, Object got) {
    String text = String.valueOf(got);
    String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    return "%s expected, got '%s'".formatted(expected, shown);
  }
}
