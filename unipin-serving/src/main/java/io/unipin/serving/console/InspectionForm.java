package io.unipin.serving.console;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.unipin.feedlog.FeedRules;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the inspector's form.
 *
 * @param timeMs time of the request in milliseconds since the epoch; absent for the current time
 * @param item id of the item to explain; absent if no item is to be explained
 * @param itemKey key of the item to explain, instead of its id; absent if no key is given
 * @param explained ids of more items to explain
 * @param arm arm to use in place of the user's own arm in the same layer, written as
 *     {@code experiment=arm}; empty for the user's own arms
 * @param pageSize number of items on the page; 0 for the server's default
 * @param candidates number of candidates to retrieve and score; 0 for the server's default
 * @param outcomes weights of the desired outcomes by action
 * @param weights utility weights by action; empty for the server's weights
 */
record InspectionForm(
    String user,
    String surface,
    @Nullable Long timeMs,
    @Nullable Long item,
    @Nullable String itemKey,
    List<Long> explained,
    String arm,
    int pageSize,
    int candidates,
    Map<String, Float> outcomes,
    Map<String, Float> weights,
    boolean allowSeen) {
  private static final int MAX_CANDIDATES = 4096;
  private static final int MAX_EXPLAINED = 200;
  private static final float MAX_WEIGHT = 1e6f;

  @JsonCreator
  static InspectionForm of(
      @JsonProperty("user") @Nullable String user,
      @JsonProperty("surface") @Nullable String surface,
      @JsonProperty("timeMs") @Nullable Long timeMs,
      @JsonProperty("item") @Nullable Long item,
      @JsonProperty("itemKey") @Nullable String itemKey,
      @JsonProperty("explained") @Nullable List<@Nullable Long> explained,
      @JsonProperty("arm") @Nullable String arm,
      @JsonProperty("pageSize") @Nullable Integer pageSize,
      @JsonProperty("candidates") @Nullable Integer candidates,
      @JsonProperty("outcomes") @Nullable Map<String, Float> outcomes,
      @JsonProperty("weights") @Nullable Map<String, Float> weights,
      @JsonProperty("allowSeen") @Nullable Boolean allowSeen) {
    return new InspectionForm(
        Forms.user(user),
        surface == null ? "" : surface,
        timeMs,
        item,
        itemKey,
        ids(explained),
        arm == null ? "" : arm,
        pageSize == null ? 0 : pageSize,
        candidates == null ? 0 : candidates,
        outcomes == null ? Map.of() : outcomes,
        weights == null ? Map.of() : weights,
        allowSeen != null && allowSeen);
  }

  private static List<Long> ids(@Nullable List<@Nullable Long> given) {
    if (given == null) {
      return List.of();
    }
    Forms.checkRange("explained", given.size(), 0, MAX_EXPLAINED);
    List<Long> ids = new ArrayList<>();
    for (Long id : given) {
      if (id == null) {
        throw ServingException.invalid("explained", "ids of items expected, got null");
      }
      ids.add(id);
    }
    return ids;
  }

  /** Returns the id of the item to explain. */
  OptionalLong itemId(ItemNames names) {
    if (item != null) {
      if (itemKey != null) {
        throw ServingException.invalid("itemKey", "an item or an itemKey expected, got both");
      }
      return OptionalLong.of(item);
    }
    if (itemKey == null) {
      return OptionalLong.empty();
    }
    FeedRules.keyFault(itemKey)
        .ifPresent(
            expected -> {
              throw ServingException.invalid("itemKey", expected + " expected");
            });
    return OptionalLong.of(names.id(itemKey));
  }

  PageQuery query(ModelConfig model, int maxPageSize, long nowMs) {
    Forms.checkRange("pageSize", pageSize, 0, maxPageSize);
    Forms.checkRange("candidates", candidates, 0, MAX_CANDIDATES);
    Forms.checkTime("timeMs", timeMs == null ? nowMs : timeMs);
    if (!surface.isEmpty() && !model.surfaces().contains(surface)) {
      throw ServingException.invalid(
          "surface", "one of %s expected, got '%s'".formatted(model.surfaces(), surface));
    }
    checkActions("outcomes", outcomes, model, 0);
    checkActions("weights", weights, model, -MAX_WEIGHT);
    UserInput input =
        new UserInput(user, null, List.of(), surface, timeMs == null ? nowMs : timeMs);
    Wishes wishes = new Wishes(outcomes, weights, new long[0], allowSeen);
    return new PageQuery("console", input, wishes, pageSize, "", candidates);
  }

  private static void checkActions(
      String field, Map<String, Float> values, ModelConfig model, float least) {
    values.forEach(
        (action, value) -> {
          if (!model.actions().contains(action)) {
            throw ServingException.invalid(
                field, "one of %s expected, got '%s'".formatted(model.actions(), action));
          }
          if (!(value >= least && value <= MAX_WEIGHT)) {
            throw ServingException.invalid(
                field, "%s to %s expected, got %s".formatted(least, MAX_WEIGHT, value));
          }
        });
  }
}
