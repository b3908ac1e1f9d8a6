package io.unipin.serving.rpc;

import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.items.ItemChanges.Upsert;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The changes to the index that a call asks for.
 *
 * @param deletes distinct ids; none of them is upserted in the same call
 */
@SuppressWarnings("ArrayRecordComponent") // made for a single call
record IndexChange(List<Upsert> upserts, long[] deletes) {
  private static final int MAX_CHANGES = 10_000;

  static IndexChange read(ChangeItemsRequest request) {
    int changes = request.getUpsertsCount() + request.getDeletesCount();
    if (changes > MAX_CHANGES) {
      throw ServingException.invalid(
          "upserts", "at most " + MAX_CHANGES + " changes expected, got " + changes);
    }
    Set<Long> named = new HashSet<>();
    request.getUpsertsList().forEach(item -> once("upserts", item.getId(), named));
    request.getDeletesList().forEach(id -> once("deletes", id, named));
    return new IndexChange(
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
