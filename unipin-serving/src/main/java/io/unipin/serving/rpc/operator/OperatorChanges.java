package io.unipin.serving.rpc.operator;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.ActionIntake;
import io.unipin.serving.rpc.RpcServices;
import io.unipin.serving.rpc.items.ItemCalls;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Makes changes that an operator asks for one by one. Each change is checked, kept and counted like
 * a change by the call RecordActions, RetractActions or ChangeItems. If a change fails, its method
 * throws a {@link ServingException}. The kind is INVALID if the change breaks a rule, and another
 * kind if the change can't be made now. Thread-safe.
 */
public final class OperatorChanges {
  private final RpcServices services;
  private final ActionIntake intake;

  /** Creates an instance that makes its changes in these services. */
  public OperatorChanges(RpcServices services) {
    this.services = services;
    this.intake = new ActionIntake(services, services.users().journal());
  }

  /**
   * The outcome of a change of an item.
   *
   * @param id id of the item, in decimal digits
   * @param key key by which the operator named the item; empty if there was none
   * @param outcome the outcome's name in the RPC, in lower case, such as {@code added}
   * @param reason reason of the outcome; empty unless the item is refused or not served
   */
  public record Verdict(String id, String key, String outcome, String reason) {
    private static Verdict of(ItemVerdict verdict) {
      return new Verdict(
          Long.toString(verdict.getId()),
          verdict.getKey(),
          verdict.getOutcome().name().toLowerCase(Locale.ROOT),
          verdict.getReason());
    }
  }

  /**
   * The outcome of hiding an item.
   *
   * @param kept the item as JSON, so that it can be put again; empty if the item was not put but
   *     belongs to a bundle
   */
  public record Hidden(Verdict verdict, String kept) {}

  /**
   * Records that a user acted on an item now.
   *
   * @param actions names of actions of a serving bundle; none for an impression without engagement
   * @param surface name of a surface of a serving bundle; empty for the first surface
   * @return id of the recorded event
   */
  public String record(String user, long item, List<String> actions, String surface) {
    String event = "operator-" + UUID.randomUUID();
    Action action =
        Action.newBuilder()
            .setItemId(item)
            .addAllActions(actions)
            .setSurface(surface)
            .setTimeMs(services.identity().nowMs())
            .setEventId(event)
            .build();
    intake.record(
        RecordActionsRequest.newBuilder()
            .addUsers(UserActions.newBuilder().setUserId(user).addActions(action))
            .build());
    return event;
  }

  /**
   * Retracts a recorded event.
   *
   * @return whether the event was in the user's history before this call
   */
  public boolean retract(String user, String event) {
    return intake
            .retract(RetractActionsRequest.newBuilder().setUserId(user).addEventIds(event).build())
            .getRetracted()
        > 0;
  }

  /**
   * Puts one item.
   *
   * @param json an {@link Item} as JSON
   */
  public Verdict put(String json) {
    Item.Builder item = Item.newBuilder();
    try {
      JsonFormat.parser().merge(json, item);
    } catch (InvalidProtocolBufferException e) {
      throw ServingException.invalid("item", "an item as JSON expected, but: " + e.getMessage());
    }
    return Verdict.of(items().change(ChangeItemsRequest.newBuilder().addPuts(item).build()).get(0));
  }

  /** Deletes an item, so that no user sees it any more. The item was put or belongs to a bundle. */
  public Hidden hide(long item) {
    ItemCalls items = items();
    ItemStatus before = items.find(GetItemRequest.newBuilder().setId(item).build());
    ItemVerdict verdict =
        items.change(ChangeItemsRequest.newBuilder().addDeletes(item).build()).get(0);
    return new Hidden(Verdict.of(verdict), before.hasItem() ? json(before.getItem()) : "");
  }

  /** Shows a hidden item of the serving bundle again. */
  public void restore(long item) {
    items()
        .change(
            ChangeItemsRequest.newBuilder()
                .addUpserts(ItemVector.newBuilder().setId(item))
                .build());
  }

  /** Returns an item as JSON. The JSON names the item by its key, or by its id if it has no key. */
  private static String json(Item item) {
    Item named = item.getKey().isEmpty() ? item : item.toBuilder().clearId().build();
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(named);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // only a message with an Any can fail
    }
  }

  /** Returns the methods that change items, for a change that arrives now. */
  private ItemCalls items() {
    long arrived = System.nanoTime();
    return new ItemCalls(
        services.bundles().items(),
        services.bundles().changes(),
        services.bundles().arms(),
        services.telemetry().metrics().items(),
        () -> System.nanoTime() - arrived);
  }
}
