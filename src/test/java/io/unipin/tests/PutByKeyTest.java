package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.ItemKeys;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdict.Outcome;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RankResponse;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.UserActions;
import io.unipin.proto.v1.UserContext;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that items with keys can be put, ranked, shown and deleted. */
@Timeout(120)
final class PutByKeyTest {
  private static final String KEY = "new-lamp";
  private static final long ID = ItemKeys.id(KEY);
  private static final UserContext USER =
      UserContext.newBuilder().setUserId("u").setTimeMs(TinyServer.NOW).build();

  @TempDir Path folder;

  private static Item item(int n, String key) {
    return ItemsServer.item(n).toBuilder().clearId().setKey(key).build();
  }

  private static RankResponse rank(TinyServer server) {
    return server.client().rank(RankRequest.newBuilder().setUser(USER).addItemKeys(KEY).build());
  }

  private static Served page(TinyServer server) {
    return server
        .client()
        .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(USER).build())
        .getServed();
  }

  private static void record(TinyServer server) {
    Action.Builder action =
        Action.newBuilder()
            .setItemKey(KEY)
            .setEventId("e")
            .addActions("click")
            .setTimeMs(TinyServer.NOW - 1000);
    server
        .client()
        .recordActions(
            RecordActionsRequest.newBuilder()
                .addUsers(UserActions.newBuilder().setUserId("u").addActions(action))
                .build());
  }

  @Test
  void put_byKey_isServedUnderTheIdOfAnImport() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      record(server);
      assertThat(page(server).getUnknownItemIdsList()).containsExactly(ID);
      assertThat(rank(server).getServed().getUnknownItemKeysList()).containsExactly(KEY);

      ItemVerdict verdict = server.admin().putItems(List.of(item(0, KEY))).get(0);
      assertThat(verdict.getOutcome()).isEqualTo(Outcome.ADDED);
      assertThat(verdict.getId()).isEqualTo(ID);
      assertThat(verdict.getKey()).isEqualTo(KEY);
      assertThat(page(server).getUnknownItemIdsList()).isEmpty();
      assertThat(rank(server).getItems(0).getItemId()).isEqualTo(ID);
      assertThat(rank(server).getItems(0).getKey()).isEqualTo(KEY);
      GetItemRequest get = GetItemRequest.newBuilder().setKey(KEY).build();
      ItemStatus shown = server.admin().getItem(get);
      assertThat(shown.getItem()).isEqualTo(item(0, KEY).toBuilder().setId(ID).build());

      ChangeItemsRequest delete = ChangeItemsRequest.newBuilder().addDeleteKeys(KEY).build();
      assertThat(server.admin().changeItems(delete).getVerdicts(0).getOutcome())
          .isEqualTo(Outcome.DELETED);
      assertThat(rank(server).getServed().getUnknownItemKeysList()).containsExactly(KEY);
    }
  }

  @Test
  void put_keyOfTheBundle_isItsItem() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      String own = TinyServer.key(TinyServer.FIRST_ID);
      ItemVerdict verdict = server.admin().putItems(List.of(item(0, own))).get(0);
      assertThat(verdict.getOutcome()).isEqualTo(Outcome.KNOWN_BY_BUNDLE);
      assertThat(verdict.getId()).isEqualTo(TinyServer.FIRST_ID);
    }
  }

  @Test
  void change_itemsWithBadNames_areRefusedAloneAndInTheirPlaces() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      Item both = ItemsServer.item(0).toBuilder().setKey(KEY).build();
      ChangeItemsRequest request =
          ChangeItemsRequest.newBuilder()
              .addAllPuts(List.of(item(1, "a\n"), item(2, "b"), both, item(3, "c")))
              .addDeletes(7)
              .addAllDeleteKeys(List.of("no\u0000key", "d"))
              .build();
      List<ItemVerdict> verdicts = server.admin().changeItems(request).getVerdictsList();

      assertThat(verdicts)
          .extracting(ItemVerdict::getOutcome)
          .containsExactly(
              Outcome.REFUSED,
              Outcome.ADDED,
              Outcome.REFUSED,
              Outcome.ADDED,
              Outcome.ABSENT,
              Outcome.REFUSED,
              Outcome.ABSENT);
      assertThat(verdicts)
          .extracting(ItemVerdict::getKey)
          .containsExactly("a\n", "b", KEY, "c", "", "no\u0000key", "d");
      assertThat(verdicts.get(0).getReason())
          .isEqualTo("key: a key without control characters expected, got 'a\n'");
      assertThat(verdicts.get(2).getReason())
          .isEqualTo("key: no key beside the id " + both.getId() + " expected, got '" + KEY + "'");
      assertThat(verdicts.get(5).getReason()).startsWith("delete_keys[0]: a key without control");
      assertThat(verdicts.get(3).getId()).isEqualTo(ItemKeys.id("c"));
    }
  }

  @Test
  void put_sameKeyTwice_refusesTheMessage() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      assertThatThrownBy(() -> server.admin().putItems(List.of(item(1, "a"), item(2, "a"))))
          .hasMessageContaining("puts: every item once expected");
    }
  }
}
