package io.unipin.serving.rpc;

import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.keys.RequestedItems;
import io.unipin.serving.pipeline.RankingConfig;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.request.RankingQuery;
import io.unipin.serving.request.RequestedHistory;
import io.unipin.serving.request.RetrievalQuery;
import io.unipin.serving.request.UserInput;
import io.unipin.serving.request.Wishes;
import io.unipin.serving.rpc.actions.UserEvents;
import io.unipin.serving.rpc.actions.UserRetractions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads and checks one request. Each error becomes a violation with the field, the expected value
 * and the actual value. Not thread-safe.
 */
final class RequestReader {
  private final Schema schema;
  private final int maxPageSize;
  private final long nowMs;
  private final Violations violations = new Violations();
  private final RequestFields fields;
  private final RequestedItems items;

  /** Creates a reader. A request may use only the names of the bundle that serves it. */
  RequestReader(Schema schema, int maxPageSize, long nowMs) {
    this.schema = schema;
    this.maxPageSize = maxPageSize;
    this.nowMs = nowMs;
    this.fields = new RequestFields(violations, nowMs);
    this.items = new RequestedItems(schema.items(), violations::add);
  }

  /**
   * The names of actions and surfaces that one or several bundles know.
   *
   * @param firstSurface returns the first surface of the bundle that serves a user
   */
  record Schema(
      List<String> actions,
      List<String> surfaces,
      UnaryOperator<String> firstSurface,
      ItemNames items) {
    Schema(List<String> actions, List<String> surfaces, ItemNames items) {
      this(actions, surfaces, user -> surfaces.get(0), items);
    }

    static Schema of(LoadedBundle bundle) {
      ModelConfig config = bundle.model().config();
      ItemNames items = ItemNames.of(List.of(bundle.items()));
      return new Schema(config.actions(), config.surfaces(), items);
    }
  }

  /** Returns the items that the request names. */
  RequestedItems items() {
    return items;
  }

  PageQuery page(RetrieveAndRankRequest request) {
    String id = requestId(request.getRequestId());
    UserInput user = user(request.getUser());
    Wishes wishes = wishes(request.getPreferences());
    int pageSize = request.getPageSize();
    fields.range("page_size", pageSize, maxPageSize);
    fields.range("candidates", request.getCandidates(), RequestLimits.CANDIDATES);
    if (request.getCandidates() > 0 && pageSize > request.getCandidates()) {
      violations.add("page_size", "at most candidates (" + request.getCandidates() + ")", pageSize);
    }
    violations.throwIfAny();
    return new PageQuery(
        id, user, wishes, pageSize, request.getPageCursor(), request.getCandidates());
  }

  RetrievalQuery retrieval(RetrieveRequest request) {
    String id = requestId(request.getRequestId());
    UserInput user = user(request.getUser());
    Wishes wishes = wishes(request.getPreferences());
    fields.range("candidates", request.getCandidates(), RequestLimits.CANDIDATES);
    violations.throwIfAny();
    return new RetrievalQuery(id, user, wishes, request.getCandidates());
  }

  RankingQuery ranking(RankRequest request) {
    String id = requestId(request.getRequestId());
    UserInput user = user(request.getUser());
    Wishes wishes = wishes(request.getPreferences());
    int count = request.getItemIdsCount() + request.getItemKeysCount();
    if (count < 1 || count > RequestLimits.RANK_ITEMS) {
      violations.add("item_ids", "1 to " + RequestLimits.RANK_ITEMS + " items", count);
      violations.throwIfAny();
    }
    long[] ranked =
        items.distinct(
            request.getItemIdsList(), "item_ids", request.getItemKeysList(), "item_keys");
    violations.throwIfAny();
    return new RankingQuery(id, user, wishes, ranked);
  }

  List<UserEvents> events(RecordActionsRequest request) {
    if (request.getUsersCount() > RequestLimits.RECORD_USERS) {
      violations.add(
          "users", "at most " + RequestLimits.RECORD_USERS + " users", request.getUsersCount());
    }
    int total = request.getUsersList().stream().mapToInt(UserActions::getActionsCount).sum();
    violations.require(
        total <= RequestLimits.RECORD_ACTIONS,
        "users",
        "at most " + RequestLimits.RECORD_ACTIONS + " actions in all",
        total);
    violations.throwIfAny();
    List<UserEvents> users = new ArrayList<>();
    for (int u = 0; u < request.getUsersCount() && !violations.isFull(); u++) {
      String field = "users[" + u + "]";
      UserActions user = request.getUsers(u);
      fields.id(field + ".user_id", user.getUserId());
      String firstSurface = schema.firstSurface().apply(user.getUserId());
      List<ActionEvent> events = new ArrayList<>();
      for (int i = 0; i < user.getActionsCount() && !violations.isFull(); i++) {
        String path = field + ".actions[" + i + "]";
        Action action = user.getActions(i);
        fields.id(path + ".event_id", action.getEventId());
        fields.happened(path + ".time_ms", action.getTimeMs());
        long revision = fields.revision(path + ".revision", action.getRevision());
        RecordedAction read = action(path, action);
        if (action.getSurface().isEmpty()) {
          read = read.on(firstSurface);
        }
        events.add(new ActionEvent(action.getEventId(), revision, read));
      }
      users.add(new UserEvents(user.getUserId(), events));
    }
    violations.throwIfAny();
    return users;
  }

  UserRetractions retractions(RetractActionsRequest request) {
    fields.storedUser(request.getUserId());
    int count = request.getEventIdsCount();
    if (count < 1 || count > RequestLimits.RECORD_ACTIONS) {
      violations.add("event_ids", "1 to " + RequestLimits.RECORD_ACTIONS + " ids", count);
      violations.throwIfAny();
    }
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < count && !violations.isFull(); i++) {
      String path = "event_ids[" + i + "]";
      fields.id(path, request.getEventIds(i));
      violations.require(
          ids.add(request.getEventIds(i)), path, "each event once", request.getEventIds(i));
    }
    long revision = fields.revision("revision", request.getRevision());
    violations.throwIfAny();
    return new UserRetractions(request.getUserId(), request.getEventIdsList(), revision);
  }

  String erasure(EraseUserRequest request) {
    fields.storedUser(request.getUserId());
    violations.throwIfAny();
    return request.getUserId();
  }

  private UserInput user(UserContext user) {
    fields.id("user.user_id", user.getUserId());
    fields.time("user.time_ms", user.getTimeMs());
    RequestedHistory history = null;
    if (user.hasHistory()) {
      long omitted = user.getHistory().getOmitted();
      violations.require(
          omitted >= 0 && omitted <= RequestLimits.OMITTED,
          "user.history.omitted",
          "0 to " + RequestLimits.OMITTED,
          omitted);
      List<RecordedAction> actions =
          actions(
              "user.history.actions", user.getHistory().getActionsList(), RequestLimits.HISTORY, 0);
      history = new RequestedHistory(actions, Math.max(omitted, 0));
    }
    long newest =
        history == null || history.actions().isEmpty()
            ? 0
            : history.actions().get(history.actions().size() - 1).timeMs();
    List<RecordedAction> recent =
        actions("user.recent_actions", user.getRecentActionsList(), RequestLimits.RECENT, newest);
    String surface = surface("user.surface", user.getSurface());
    long time = user.getTimeMs() == 0 ? nowMs : user.getTimeMs();
    return new UserInput(user.getUserId(), history, recent, surface, time);
  }

  /**
   * Reads actions. They must be in order of time, and none may be earlier than {@code notBefore}.
   */
  private List<RecordedAction> actions(
      String field, List<Action> actions, int most, long notBefore) {
    if (actions.size() > most) {
      violations.add(field, "at most " + most + " actions", actions.size());
      return List.of();
    }
    List<RecordedAction> read = new ArrayList<>(actions.size());
    long previous = notBefore;
    for (int i = 0; i < actions.size() && !violations.isFull(); i++) {
      String path = field + "[" + i + "]";
      Action action = actions.get(i);
      if (action.getTimeMs() >= 0 && action.getTimeMs() < previous) {
        violations.add(
            path + ".time_ms", "oldest action first: at least " + previous, action.getTimeMs());
      }
      previous = Math.max(previous, action.getTimeMs());
      read.add(action(path, action));
    }
    return read;
  }

  private RecordedAction action(String path, Action action) {
    fields.time(path + ".time_ms", action.getTimeMs());
    int count = action.getActionsCount();
    if (count > schema.actions().size()) {
      violations.add(path + ".actions", "at most " + schema.actions().size() + " names", count);
      return new RecordedAction(action.getItemId(), List.of(), "", 0);
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String name = action.getActions(i);
      fields.known(path + ".actions[" + i + "]", name, schema.actions());
      violations.require(names.add(name), path + ".actions[" + i + "]", "each name once", name);
    }
    String surface = surface(path + ".surface", action.getSurface());
    long item = items.item(action.getItemId(), action.getItemKey(), path + ".item_key");
    return new RecordedAction(item, action.getActionsList(), surface, action.getTimeMs());
  }

  private Wishes wishes(Preferences preferences) {
    List<String> actions = schema.actions();
    fields.weights("preferences.outcomes", preferences.getOutcomesMap(), actions, 0, 1);
    fields.weights(
        "preferences.utility_weights",
        preferences.getUtilityWeightsMap(),
        actions,
        -RankingConfig.MAX_WEIGHT,
        RankingConfig.MAX_WEIGHT);
    int excluded = preferences.getExcludedItemIdsCount() + preferences.getExcludedItemKeysCount();
    if (excluded > RequestLimits.EXCLUDED) {
      violations.add(
          "preferences.excluded_item_ids",
          "at most " + RequestLimits.EXCLUDED + " items",
          excluded);
      violations.throwIfAny();
    }
    int categories = preferences.getCategoriesCount();
    violations.require(
        categories <= RequestLimits.CATEGORIES,
        "preferences.categories",
        "at most " + RequestLimits.CATEGORIES + " names",
        categories);
    fields.time("preferences.created_since_ms", preferences.getCreatedSinceMs());
    return new Wishes(
        preferences.getOutcomesMap(),
        preferences.getUtilityWeightsMap(),
        items.items(
            preferences.getExcludedItemIdsList(),
            preferences.getExcludedItemKeysList(),
            "preferences.excluded_item_keys"),
        preferences.getAllowSeen(),
        Set.copyOf(preferences.getCategoriesList()),
        preferences.getCreatedSinceMs());
  }

  private String surface(String field, String name) {
    if (name.isEmpty()) {
      return schema.surfaces().get(0);
    }
    fields.known(field, name, schema.surfaces());
    return name;
  }

  private String requestId(String id) {
    fields.text("request_id", id, 0, RequestLimits.REQUEST_ID);
    return id.isEmpty() ? RequestIds.next() : id;
  }
}
