package io.unipin.serving.rpc.items;

import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVector;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemWriter.Upsert;
import io.unipin.serving.items.PutItem;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.keys.RequestedItems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The changes that a message asks for. The message is checked as a whole; the values of each put
 * are checked later, when the put is made.
 *
 * @param deletes distinct ids; the message neither upserts nor puts any of these ids
 * @param names the items that the message names
 */
@SuppressWarnings("ArrayRecordComponent") // each record belongs to one call
record ItemRequest(List<Upsert> upserts, List<PutItem> puts, long[] deletes, RequestedItems names) {
  private static final int MAX_CHANGES = 10_000;
  private static final int MAX_PUTS = 1_000;
  private static final int MAX_SHOWN = 48;

  static ItemRequest read(ChangeItemsRequest request, ItemNames known) {
    checkCounts(request);
    RequestedItems names = new RequestedItems(known, ItemRequest::refuse);
    Set<Long> named = new HashSet<>();
    List<Upsert> upserts = new ArrayList<>();
    for (ItemVector item : request.getUpsertsList()) {
      long id = names.item(item.getId(), item.getKey(), "upserts[" + upserts.size() + "].key");
      once("upserts", id, named);
      upserts.add(new Upsert(id, item.getVectorList()));
    }
    List<PutItem> puts = new ArrayList<>();
    for (Item item : request.getPutsList()) {
      long id = names.item(item.getId(), item.getKey(), "puts[" + puts.size() + "].key");
      once("puts", id, named);
      puts.add(ItemFields.read(item, id));
    }
    long[] deletes =
        names.items(request.getDeletesList(), request.getDeleteKeysList(), "delete_keys");
    for (long id : deletes) {
      once("deletes", id, named);
    }
    return new ItemRequest(upserts, puts, deletes, names);
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
    String text = String.valueOf(got);
    String shown = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    throw ServingException.invalid(field, "%s expected, got '%s'".formatted(expected, shown));
  }
}
