package io.unipin.serving.rpc.items;

import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemChanges.Upsert;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The changes that a message asks for, checked as a whole. Each put is checked on its own when it is
 * made.
 *
 * @param deletes distinct ids; none of them is upserted or put by the same message
 */
@SuppressWarnings("ArrayRecordComponent") // made for a single call
record ItemRequest(List<Upsert> upserts, long[] deletes) {
  private static final int MAX_CHANGES = 10_000;
  private static final int MAX_PUTS = 1_000;

  static ItemRequest read(ChangeItemsRequest request) {
    int puts = request.getPutsCount();
    int changes = request.getUpsertsCount() + request.getDeletesCount() + puts;
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
    Set<Long> named = new HashSet<>();
    request.getUpsertsList().forEach(item -> once("upserts", item.getId(), named));
    request.getPutsList().forEach(item -> once("puts", item.getId(), named));
    request.getDeletesList().forEach(id -> once("deletes", id, named));
    return new ItemRequest(
        request.getUpsertsList().stream()
            .map(item -> new Upsert(item.getId(), item.getVectorList()))
            .toList(),
        request.getDeletesList().stream().mapToLong(Long::longValue).toArray());
  }

  private static void once(String field, long id, Set<Long> named) {
    if (!named.add(id)) {
      throw ServingException.invalid(field, "every item once expected, got " + id + " again");
    }
  }
}
