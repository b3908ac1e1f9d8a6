package io.unipin.serving.rpc.items;

import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.serving.items.ItemChanges;
import io.unipin.serving.items.ItemPlace;
import io.unipin.serving.items.ItemStanding;
import io.unipin.serving.items.ItemVerdict;
import io.unipin.serving.items.ItemWriter;
import io.unipin.serving.items.Outcome;
import io.unipin.serving.items.PutItem;
import io.unipin.serving.keys.RequestedItems;
import io.unipin.serving.metrics.ItemMeters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Applies the changes of items that messages ask for, and counts the outcomes. Thread-safe. */
public final class ItemCalls {
  private final ItemChanges items;
  private final ItemWriter changes;
  private final List<List<String>> arms;
  private final ItemMeters meters;
  private final LongSupplier age;

  /**
   * Creates the calls.
   *
   * @param items finds items
   * @param changes applies the changes
   * @param arms arms that each holder's bundle serves, in the order of the holders that
   *     {@code items} knows
   * @param age returns the nanoseconds since the arrival of the message that the current thread
   *     works on
   */
  public ItemCalls(
      ItemChanges items,
      ItemWriter changes,
      List<List<String>> arms,
      ItemMeters meters,
      LongSupplier age) {
    this.items = items;
    this.changes = changes;
    this.arms = List.copyOf(arms);
    this.meters = meters;
    this.age = age;
    meters.expect(Arrays.stream(Outcome.values()).map(ItemCalls::label).toList());
  }

  /** Returns the kept item with an id or a key, and the bundles that serve the item. */
  public ItemStatus find(GetItemRequest request) {
    RequestedItems names = new RequestedItems(items.names(), ItemRequest::refuse);
    ItemStanding standing = items.find(names.item(request.getId(), request.getKey(), "key"));
    ItemStatus.Builder status = ItemStatus.newBuilder();
    PutItem kept = standing.item();
    if (kept != null) {
      status.setItem(ItemFields.write(kept));
    }
    String hint = kept == null ? hint(request.getKey()) : "";
    for (ItemPlace place : standing.places()) {
      status
          .addPlacesBuilder()
          .setBundle(place.bundle())
          .addAllArms(arms.get(place.holder()))
          .setService(written(place.service()))
          .setReason(place.reason() + (place.reason().isEmpty() ? "" : hint));
    }
    return status.build();
  }

  private String hint(String key) {
    return key.isEmpty()
        ? ""
        : items.names().nearest(key).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  private static io.unipin.proto.v1.ItemPlace.Service written(ItemPlace.Service service) {
    return switch (service) {
      case SERVED -> io.unipin.proto.v1.ItemPlace.Service.SERVED;
      case OWN_ITEM -> io.unipin.proto.v1.ItemPlace.Service.OWN_ITEM;
      case NOT_SERVED -> io.unipin.proto.v1.ItemPlace.Service.NOT_SERVED;
    };
  }

  /**
   * Applies the changes of one message.
   *
   * @return one verdict for each put, then one for each delete, in the order of the message; no
   *     verdicts if the message has upserts
   */
  public List<io.unipin.proto.v1.ItemVerdict> change(ChangeItemsRequest message) {
    ItemRequest request = ItemRequest.read(message, items.names());
    if (!request.upserts().isEmpty()) {
      changes.change(request.upserts(), request.deletes());
      return List.of();
    }
    List<ItemVerdict> verdicts = new ArrayList<>();
    if (!request.puts().isEmpty()) {
      verdicts.addAll(changes.put(request.puts()));
    }
    if (request.deletes().length > 0) {
      verdicts.addAll(changes.delete(request.deletes()));
    }
    count(verdicts, request.refused().size());
    List<io.unipin.proto.v1.ItemVerdict> answer =
        verdicts.stream()
            .map(verdict -> written(verdict, request.names().requestedKey(verdict.id())))
            .collect(Collectors.toCollection(ArrayList::new));
    request.refused().forEach(answer::add); // in ascending order, so each gets its place
    return answer;
  }

  private void count(List<ItemVerdict> verdicts, int misnamed) {
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    if (misnamed > 0) {
      counts.put(Outcome.REFUSED, misnamed);
    }
    verdicts.forEach(verdict -> counts.merge(verdict.outcome(), 1, Integer::sum));
    counts.forEach((outcome, count) -> meters.verdicts(label(outcome), count));
    if (counts.containsKey(Outcome.ADDED) || counts.containsKey(Outcome.REPLACED)) {
      meters.searchable(age.getAsLong());
    }
  }

  private static String label(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  private static io.unipin.proto.v1.ItemVerdict written(ItemVerdict verdict, String key) {
    return io.unipin.proto.v1.ItemVerdict.newBuilder()
        .setId(verdict.id())
        .setKey(key)
        .setOutcome(written(verdict.outcome()))
        .setReason(verdict.reason())
        .build();
  }

  private static io.unipin.proto.v1.ItemVerdict.Outcome written(Outcome outcome) {
    return switch (outcome) {
      case ADDED -> io.unipin.proto.v1.ItemVerdict.Outcome.ADDED;
      case REPLACED -> io.unipin.proto.v1.ItemVerdict.Outcome.REPLACED;
      case UNCHANGED -> io.unipin.proto.v1.ItemVerdict.Outcome.UNCHANGED;
      case DELETED -> io.unipin.proto.v1.ItemVerdict.Outcome.DELETED;
      case ABSENT -> io.unipin.proto.v1.ItemVerdict.Outcome.ABSENT;
      case KNOWN_BY_BUNDLE -> io.unipin.proto.v1.ItemVerdict.Outcome.KNOWN_BY_BUNDLE;
      case NOT_SERVED -> io.unipin.proto.v1.ItemVerdict.Outcome.NOT_SERVED;
      case REFUSED -> io.unipin.proto.v1.ItemVerdict.Outcome.REFUSED;
    };
  }
}
