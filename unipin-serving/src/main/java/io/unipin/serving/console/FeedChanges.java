package io.unipin.serving.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.operator.OperatorChanges;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests by which the view of a user's feed changes actions and items. Thread-safe.
 */
final class FeedChanges {
  private final OperatorChanges changes;

  FeedChanges(OperatorChanges changes) {
    this.changes = changes;
  }

  /**
   * The body of a request that records a user's action on an item.
   *
   * @param item id of the item
   * @param actions names of actions
   * @param surface name of the surface; absent for the first surface
   */
  record ActionForm(
      @Nullable String user,
      @Nullable Long item,
      @Nullable List<@Nullable String> actions,
      @Nullable String surface) {}

  /** The id of an event of a user's history. */
  record Recorded(String event) {}

  Recorded act(ActionForm form) {
    String user = Forms.user(form.user());
    List<@Nullable String> given = form.actions() == null ? List.of() : form.actions();
    List<String> actions =
        given.stream().map(name -> Objects.requireNonNullElse(name, "")).toList();
    String surface = form.surface() == null ? "" : form.surface();
    return new Recorded(changes.record(user, item(form.item()), actions, surface));
  }

  /** The body of a request that retracts an action. */
  record EventForm(@Nullable String user, @Nullable String event) {}

  record Retracted(boolean retracted) {}

  Retracted retract(EventForm form) {
    String event = form.event() == null ? "" : form.event();
    return new Retracted(changes.retract(Forms.user(form.user()), event));
  }

  /** The body of a request that puts an item. The item has the fields of the RPC's item. */
  record PutForm(@Nullable JsonNode item) {}

  OperatorChanges.Verdict put(PutForm form) {
    JsonNode item = form.item();
    if (item == null || !item.isObject()) {
      throw ServingException.invalid("item", "a JSON object expected");
    }
    return changes.put(item.toString());
  }

  /** The body of a request that names an item by its id. */
  record ItemForm(@Nullable Long item) {}

  OperatorChanges.Hidden hide(ItemForm form) {
    return changes.hide(item(form.item()));
  }

  record Restored(String id) {}

  Restored restore(ItemForm form) {
    long item = item(form.item());
    changes.restore(item);
    return new Restored(Long.toString(item));
  }

  private static long item(@Nullable Long item) {
    if (item == null) {
      throw ServingException.invalid("item", "an item's id expected, got none");
    }
    return item;
  }
}
