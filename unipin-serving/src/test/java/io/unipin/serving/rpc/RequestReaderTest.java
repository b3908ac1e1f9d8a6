package io.unipin.serving.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedRules;
import io.unipin.feedlog.ItemKeys;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.failure.Violation;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.items.live.LiveItems;
import io.unipin.serving.keys.ItemNames;
import io.unipin.serving.request.PageQuery;
import io.unipin.serving.rpc.actions.UserEvents;
import io.unipin.serving.rpc.actions.UserRetractions;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RequestReaderTest {
  private static final long NOW = 1000;
  private static final Catalogue ITEMS =
      Catalogue.of(List.of(new CatalogueItem(7, "Lamp", "", 0, new float[0], "", "lamp")));

  private static RequestReader reader() {
    return readerAt(NOW);
  }

  private static RequestReader readerAt(long nowMs) {
    return new RequestReader(
        new RequestReader.Schema(
            List.of("click", "save"),
            List.of("home", "search"),
            ItemNames.of(List.of(new LiveItems(ITEMS, 0)))),
        50,
        nowMs);
  }

  @Test
  void page_leastRequest_fillsDefaults() {
    PageQuery query = reader().page(page(request -> {}));
    assertThat(query.user().surface()).isEqualTo("home");
    assertThat(query.user().timeMs()).isEqualTo(NOW);
    assertThat(query.user().history()).isNull();
    assertThat(query.requestId()).hasSize(32);
  }

  @Test
  void page_emptyHistory_isNotTheStoredOne() {
    PageQuery query =
        reader()
            .page(
                page(request -> request.getUserBuilder().setHistory(History.getDefaultInstance())));
    assertThat(query.user().history()).isNotNull();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongPages")
  void page_wrong_namesField(String field, Consumer<RetrieveAndRankRequest.Builder> change) {
    assertInvalid(field, () -> reader().page(page(change)));
  }

  static Stream<Arguments> wrongPages() {
    return Stream.of(
        wrong("user.user_id", request -> request.clearUser()),
        wrong("user.user_id", request -> request.getUserBuilder().setUserId("")),
        wrong("user.user_id", request -> request.getUserBuilder().setUserId("x".repeat(257))),
        wrong("user.user_id", request -> request.getUserBuilder().setUserId("a\u0000b")),
        wrong("user.time_ms", request -> request.getUserBuilder().setTimeMs(-1)),
        wrong("user.time_ms", request -> request.getUserBuilder().setTimeMs(Long.MAX_VALUE)),
        wrong("user.surface", request -> request.getUserBuilder().setSurface("kitchen")),
        wrong("page_size", request -> request.setPageSize(-1)),
        wrong("page_size", request -> request.setPageSize(51)),
        wrong("page_size", request -> request.setPageSize(20).setCandidates(10)),
        wrong("candidates", request -> request.setCandidates(Integer.MIN_VALUE)),
        wrong("candidates", request -> request.setCandidates(4097)),
        wrong("request_id", request -> request.setRequestId("r".repeat(129))),
        wrong(
            "user.history.omitted",
            request -> request.getUserBuilder().getHistoryBuilder().setOmitted(-1)),
        wrong(
            "user.history.actions[1].time_ms",
            request ->
                request.getUserBuilder().getHistoryBuilder().addActions(at(5)).addActions(at(4))),
        wrong(
            "user.history.actions[0].time_ms",
            request -> request.getUserBuilder().getHistoryBuilder().addActions(at(-4))),
        wrong(
            "user.history.actions",
            request ->
                request
                    .getUserBuilder()
                    .getHistoryBuilder()
                    .addAllActions(IntStream.range(0, 16_385).mapToObj(i -> at(i)).toList())),
        wrong(
            "user.recent_actions[0].time_ms",
            request ->
                request
                    .getUserBuilder()
                    .addRecentActions(at(4))
                    .getHistoryBuilder()
                    .addActions(at(5))),
        wrong(
            "user.recent_actions",
            request ->
                request
                    .getUserBuilder()
                    .addAllRecentActions(IntStream.range(0, 1025).mapToObj(i -> at(i)).toList())),
        wrong(
            "user.recent_actions[0].actions[0]",
            request ->
                request.getUserBuilder().addRecentActions(at(1).toBuilder().addActions("shout"))),
        wrong(
            "user.recent_actions[0].actions[1]",
            request ->
                request
                    .getUserBuilder()
                    .addRecentActions(at(1).toBuilder().addActions("click").addActions("click"))),
        wrong(
            "user.recent_actions[0].actions",
            request ->
                request
                    .getUserBuilder()
                    .addRecentActions(
                        at(1).toBuilder()
                            .addAllActions(List.of("click", "save", "click", "save")))),
        wrong(
            "user.recent_actions[0].surface",
            request ->
                request.getUserBuilder().addRecentActions(at(1).toBuilder().setSurface("x"))),
        preference("outcomes['shout']", wishes -> wishes.putOutcomes("shout", 1)),
        preference("outcomes['click']", wishes -> wishes.putOutcomes("click", Float.NaN)),
        preference("outcomes['click']", wishes -> wishes.putOutcomes("click", -0.5f)),
        preference("outcomes['click']", wishes -> wishes.putOutcomes("click", 2)),
        preference(
            "utility_weights['save']",
            wishes -> wishes.putUtilityWeights("save", Float.POSITIVE_INFINITY)),
        preference(
            "utility_weights['save']", wishes -> wishes.putUtilityWeights("save", Float.NaN)),
        preference("utility_weights['save']", wishes -> wishes.putUtilityWeights("save", -1e9f)),
        preference(
            "utility_weights",
            wishes -> IntStream.range(0, 100).forEach(i -> wishes.putUtilityWeights("a" + i, 1))),
        preference(
            "excluded_item_ids",
            wishes -> wishes.addAllExcludedItemIds(LongStream.range(0, 10_001).boxed().toList())),
        preference(
            "categories",
            wishes -> IntStream.range(0, 65).forEach(i -> wishes.addCategories("c" + i))),
        preference("created_since_ms", wishes -> wishes.setCreatedSinceMs(-1)));
  }

  @Test
  void page_manyViolations_reportsTheFirstFew() {
    assertThatThrownBy(
            () ->
                reader()
                    .page(
                        page(
                            request ->
                                IntStream.range(0, 1000)
                                    .forEach(
                                        i -> request.getUserBuilder().addRecentActions(at(-1))))))
        .isInstanceOfSatisfying(ServingException.class, e -> assertThat(e.violations()).hasSize(8));
  }

  @Test
  void retrieval_wrong_namesField() {
    assertInvalid("user.user_id", () -> reader().retrieval(RetrieveRequest.getDefaultInstance()));
    RetrieveRequest many =
        RetrieveRequest.newBuilder().setUser(user()).setCandidates(1 << 30).build();
    assertInvalid("candidates", () -> reader().retrieval(many));
  }

  @Test
  void ranking_wrong_namesField() {
    RankRequest none = RankRequest.newBuilder().setUser(user()).build();
    assertInvalid("item_ids", () -> reader().ranking(none));
    RankRequest twice = none.toBuilder().addItemIds(1).addItemIds(2).addItemIds(1).build();
    assertInvalid("item_ids[2]", () -> reader().ranking(twice));
    RankRequest huge =
        none.toBuilder().addAllItemIds(LongStream.range(0, 4097).boxed().toList()).build();
    assertInvalid("item_ids", () -> reader().ranking(huge));
    RankRequest unknown = none.toBuilder().addItemIds(-5).addItemIds(Long.MAX_VALUE).build();
    assertThat(reader().ranking(unknown).items()).containsExactly(-5, Long.MAX_VALUE);
  }

  @Test
  void events_wrong_namesField() {
    assertThat(reader().events(RecordActionsRequest.getDefaultInstance())).isEmpty();
    assertInvalid("users[0].user_id", () -> reader().events(record("", at(1), "e")));
    assertInvalid("users[0].actions[0].event_id", () -> reader().events(record("u", at(1), "")));
    assertInvalid(
        "users[0].actions[0].event_id", () -> reader().events(record("u", at(1), "e".repeat(257))));
    assertInvalid("users[0].actions[0].time_ms", () -> reader().events(record("u", at(-1), "e")));
    assertInvalid(
        "users[0].actions[0].actions[0]",
        () -> reader().events(record("u", at(1).toBuilder().addActions("x").build(), "e")));
    RecordActionsRequest.Builder users = RecordActionsRequest.newBuilder();
    IntStream.range(0, 1025).forEach(i -> users.addUsersBuilder().setUserId("u"));
    assertInvalid("users", () -> reader().events(users.build()));
    RecordActionsRequest.Builder actions = RecordActionsRequest.newBuilder();
    UserActions.Builder user = actions.addUsersBuilder().setUserId("u");
    IntStream.range(0, 16_385).forEach(i -> user.addActions(at(i)));
    assertInvalid("users", () -> reader().events(actions.build()));
  }

  @Test
  void events_wrongRevision_namesField() {
    for (long wrong : new long[] {-1, Long.MIN_VALUE, ActionEvent.MAX_REVISION + 1}) {
      Action action = at(1).toBuilder().setRevision(wrong).build();
      assertInvalid(
          "users[0].actions[0].revision", () -> reader().events(record("u", action, "e")));
    }
    Action last = at(1).toBuilder().setRevision(ActionEvent.MAX_REVISION).build();
    assertThat(reader().events(record("u", last, "e")).get(0).events().get(0).revision())
        .isEqualTo(ActionEvent.MAX_REVISION);
  }

  @Test
  void events_ofSeveralBundles_getTheFirstSurfaceOfTheUsersOwn() {
    RequestReader reader =
        new RequestReader(
            new RequestReader.Schema(
                List.of("click"),
                List.of("home", "search"),
                user -> user.equals("u") ? "search" : "home",
                ItemNames.NONE),
            50,
            NOW);
    Action named = at(1).toBuilder().setSurface("home").build();
    assertThat(surfaces(reader.events(record("u", at(1), "e")))).containsExactly("search");
    assertThat(surfaces(reader.events(record("v", at(1), "e")))).containsExactly("home");
    assertThat(surfaces(reader.events(record("u", named, "e")))).containsExactly("home");
  }

  private static List<String> surfaces(List<UserEvents> users) {
    return users.get(0).events().stream().map(event -> event.action().surface()).toList();
  }

  @Test
  void retractions_wrong_namesField() {
    RetractActionsRequest.Builder right =
        RetractActionsRequest.newBuilder().setUserId("u").addEventIds("e").setRevision(3);
    assertThat(reader().retractions(right.build()))
        .isEqualTo(new UserRetractions("u", List.of("e"), 3));
    assertInvalid("user_id", () -> reader().retractions(right.clone().clearUserId().build()));
    assertInvalid("event_ids", () -> reader().retractions(right.clone().clearEventIds().build()));
    assertInvalid(
        "event_ids[1]", () -> reader().retractions(right.clone().addEventIds("").build()));
    assertInvalid(
        "event_ids[1]", () -> reader().retractions(right.clone().addEventIds("e").build()));
    assertInvalid("revision", () -> reader().retractions(right.clone().setRevision(-1).build()));
    RetractActionsRequest.Builder many = right.clone();
    IntStream.range(0, 16_384).forEach(i -> many.addEventIds("more" + i));
    assertInvalid("event_ids", () -> reader().retractions(many.build()));
  }

  @Test
  void events_ofTimesThatCannotBe_nameField() {
    String field = "users[0].actions[0].time_ms";
    long now = 1_795_800_000_000L;
    long minute = 60_000;
    for (long time :
        new long[] {
          0, -1, now / 1000, now + 11 * minute, now + 24 * 60 * minute, 5_680_281_600_000L
        }) {
      assertInvalid(field, () -> readerAt(now).events(record("u", at(time), "e")));
    }
    for (long time : new long[] {1, now - 1, now, now + 9 * minute}) {
      assertThat(readerAt(now).events(record("u", at(time), "e"))).hasSize(1);
    }
  }

  @Test
  void ids_areThoseOfAFeedLog() {
    for (String id : List.of("", "  ", "\u2003", "a\u0000b", "x".repeat(257))) {
      assertThat(FeedRules.idFault(id)).isPresent();
      assertInvalid("users[0].user_id", () -> reader().events(record(id, at(1), "e")));
      assertInvalid("users[0].actions[0].event_id", () -> reader().events(record("u", at(1), id)));
    }
    // Earlier versions may have stored users with such ids. It must still be possible to erase
    // these users.
    EraseUserRequest old = EraseUserRequest.newBuilder().setUserId("  ").build();
    assertThat(reader().erasure(old)).isEqualTo("  ");
  }

  @Test
  void items_byKey_areReadAsIds() {
    RankRequest rank =
        RankRequest.newBuilder()
            .setUser(user())
            .addItemIds(5)
            .addItemKeys("lamp")
            .addItemKeys("desk")
            .build();
    RequestReader reader = reader();
    assertThat(reader.ranking(rank).items()).containsExactly(5, 7, ItemKeys.id("desk"));
    assertThat(reader.items().requestedKey(ItemKeys.id("desk"))).isEqualTo("desk");
    assertThat(reader.items().requestedKey(5)).isEmpty();
    assertThat(reader.items().key(7)).isEqualTo("lamp");
    PageQuery page =
        reader()
            .page(
                page(
                    request ->
                        request
                            .getPreferencesBuilder()
                            .addExcludedItemIds(3)
                            .addExcludedItemKeys("lamp")));
    assertThat(page.wishes().excluded()).containsExactly(3, 7);
    Action action = at(1).toBuilder().clearItemId().setItemKey("desk").build();
    assertThat(reader().events(record("u", action, "e")).get(0).events().get(0).action().itemId())
        .isEqualTo(ItemKeys.id("desk"));
  }

  @Test
  void items_wrongKeys_nameField() {
    String key = "users[0].actions[0].item_key";
    Action both = at(1).toBuilder().setItemId(7).setItemKey("lamp").build();
    assertInvalid(key, () -> reader().events(record("u", both, "e")));
    for (String wrong : List.of(" ", "a\u0000", "é".repeat(129))) {
      Action action = at(1).toBuilder().clearItemId().setItemKey(wrong).build();
      assertInvalid(key, () -> reader().events(record("u", action, "e")));
    }
    RankRequest.Builder rank = RankRequest.newBuilder().setUser(user()).addItemIds(7);
    assertInvalid("item_keys[0]", () -> reader().ranking(rank.clone().addItemKeys("").build()));
    assertInvalid("item_keys[0]", () -> reader().ranking(rank.clone().addItemKeys("lamp").build()));
    assertInvalid(
        "item_keys[1]",
        () -> reader().ranking(rank.clone().addItemKeys("a").addItemKeys("a").build()));
    List<String> many = IntStream.range(0, 10_001).mapToObj(i -> "k" + i).toList();
    assertInvalid("item_ids", () -> reader().ranking(rank.clone().addAllItemKeys(many).build()));
    assertInvalid(
        "preferences.excluded_item_ids",
        () ->
            reader()
                .page(
                    page(request -> request.getPreferencesBuilder().addAllExcludedItemKeys(many))));
    assertInvalid(
        "preferences.excluded_item_keys[0]",
        () ->
            reader()
                .page(page(request -> request.getPreferencesBuilder().addExcludedItemKeys(""))));
  }

  @Test
  void page_timeInSeconds_namesField() {
    assertInvalid(
        "user.time_ms",
        () -> reader().page(page(request -> request.getUserBuilder().setTimeMs(1_795_800_000L))));
  }

  @Test
  void erasure_wrong_namesField() {
    assertInvalid("user_id", () -> reader().erasure(EraseUserRequest.getDefaultInstance()));
    EraseUserRequest huge = EraseUserRequest.newBuilder().setUserId("x".repeat(100_000)).build();
    assertInvalid("user_id", () -> reader().erasure(huge));
  }

  private static RecordActionsRequest record(String user, Action action, String event) {
    return RecordActionsRequest.newBuilder()
        .addUsers(
            UserActions.newBuilder()
                .setUserId(user)
                .addActions(action.toBuilder().setEventId(event)))
        .build();
  }

  private static Arguments wrong(String field, Consumer<RetrieveAndRankRequest.Builder> change) {
    return Arguments.of(field, change);
  }

  private static Arguments preference(String field, Consumer<Preferences.Builder> change) {
    return wrong("preferences." + field, request -> change.accept(request.getPreferencesBuilder()));
  }

  private static RetrieveAndRankRequest page(Consumer<RetrieveAndRankRequest.Builder> change) {
    RetrieveAndRankRequest.Builder request = RetrieveAndRankRequest.newBuilder().setUser(user());
    change.accept(request);
    return request.build();
  }

  private static UserContext user() {
    return UserContext.newBuilder().setUserId("u").build();
  }

  private static Action at(long timeMs) {
    return Action.newBuilder().setItemId(1).setTimeMs(timeMs).build();
  }

  private static void assertInvalid(String field, Runnable read) {
    assertThatThrownBy(read::run)
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.INVALID);
              assertThat(e.violations()).extracting(Violation::field).contains(field);
              assertThat(e.violations())
                  .allSatisfy(
                      violation -> assertThat(violation.description()).contains(" expected, got "));
            });
  }
}
