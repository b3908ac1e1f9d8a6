package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.ItemKeys;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrievedItem;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that every call accepts keys of items. The answers must equal the answers of the same calls
 * with ids.
 */
@Timeout(120)
final class ItemKeyCallsTest {
  private static final long ITEM = TinyServer.FIRST_ID;

  @TempDir static Path folder;
  private static TinyServer server;

  @BeforeAll
  static void start() throws IOException {
    server = TinyServer.start(folder, "slate.blockedItemKeys=[sku-5004]");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static UserContext user(String id) {
    return UserContext.newBuilder().setUserId(id).setTimeMs(TinyServer.NOW).build();
  }

  @Test
  void answers_carryIdsAndKeys() {
    RetrieveAndRankResponse page = server.client().retrieveAndRank(TinyServer.request(5));
    for (ScoredItem item : page.getItemsList()) {
      assertThat(item.getKey()).isEqualTo(TinyServer.key(item.getItemId()));
    }
    RetrieveRequest request = RetrieveRequest.newBuilder().setUser(user("a")).build();
    for (RetrievedItem item : server.client().retrieve(request).getItemsList()) {
      assertThat(item.getKey()).isEqualTo(TinyServer.key(item.getItemId()));
    }
  }

  @Test
  void rank_byKey_equalsRankById() {
    RankRequest.Builder byId =
        RankRequest.newBuilder().setUser(user("a")).addItemIds(ITEM + 1).addItemIds(ITEM + 2);
    RankRequest.Builder byKey =
        RankRequest.newBuilder().setUser(user("a")).addItemIds(ITEM + 1).addItemKeys("sku-5002");
    assertThat(server.client().rank(byKey.build()).getItemsList())
        .isEqualTo(server.client().rank(byId.build()).getItemsList());
  }

  @Test
  void rank_unknownNames_areListedAsTheyWereGiven() {
    RankResponse response =
        server
            .client()
            .rank(
                RankRequest.newBuilder()
                    .setUser(user("a"))
                    .addItemIds(3)
                    .addItemKeys("nobody")
                    .addItemKeys("sku-5002")
                    .build());
    assertThat(response.getItemsList()).extracting(ScoredItem::getItemId).containsExactly(ITEM + 2);
    assertThat(response.getServed().getUnknownItemIdsList()).containsExactly(3L);
    assertThat(response.getServed().getUnknownItemKeysList()).containsExactly("nobody");
  }

  @Test
  void page_blockedAndExcludedKeys_areLeftOut() {
    RetrieveAndRankRequest.Builder request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(user("a"))
            .setPageSize(200)
            .setCandidates(300)
            .setPreferences(Preferences.newBuilder().addExcludedItemKeys("sku-5002"));
    RetrieveAndRankResponse page = server.client().retrieveAndRank(request.build());
    assertThat(page.getItemsList())
        .extracting(ScoredItem::getItemId)
        .hasSize(200)
        .doesNotContain(ITEM + 2, ITEM + 4);
    page.getRemovedList().forEach(item -> assertThat(item.getKey()).isEqualTo("sku-5004"));
  }

  @Test
  void recordedKeys_areActionsOnTheirItems() {
    record("by key", action("e").setItemKey("sku-5006"), action("f").setItemKey("not yet"));
    record("by id", action("e").setItemId(ITEM + 6), action("f").setItemId(ItemKeys.id("not yet")));
    RetrieveAndRankResponse byKey = page("by key");
    RetrieveAndRankResponse byId = page("by id");
    assertThat(byKey.getItemsList()).isEqualTo(byId.getItemsList());
    assertThat(byKey.getServed().getHistoryActions()).isEqualTo(2);
    assertThat(byKey.getServed().getUnknownItemIdsList())
        .containsExactly(ItemKeys.id("not yet"))
        .isEqualTo(byId.getServed().getUnknownItemIdsList());
  }

  private static RetrieveAndRankResponse page(String user) {
    return server
        .client()
        .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(user(user)).build());
  }

  @Test
  void record_idAndKeyTogether_isRefused() {
    assertThatThrownBy(() -> record("b", action("e").setItemId(ITEM).setItemKey("sku-5000")))
        .hasMessageContaining("users[0].actions[0].item_key: no key beside the id 5000 expected");
  }

  private static Action.Builder action(String event) {
    return Action.newBuilder()
        .setEventId(event)
        .addActions("click")
        .setTimeMs(TinyServer.NOW - 1000);
  }

  private static void record(String user, Action.Builder... actions) {
    UserActions.Builder events = UserActions.newBuilder().setUserId(user);
    List.of(actions).forEach(events::addActions);
    server.client().recordActions(RecordActionsRequest.newBuilder().addUsers(events).build());
  }
}
