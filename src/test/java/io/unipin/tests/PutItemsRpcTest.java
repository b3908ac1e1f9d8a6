package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.ItemStream;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemPlace;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.ItemVerdict.Outcome;
import io.unipin.proto.v1.RetrieveRequest;
import io.unipin.proto.v1.RetrievedItem;
import io.unipin.proto.v1.UserContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that items can be put, deleted and shown over the admin port of a real server. */
@Timeout(120)
final class PutItemsRpcTest {
  @TempDir Path folder;

  private static List<Long> found(TinyServer server) {
    RetrieveRequest request =
        RetrieveRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(TinyServer.NOW))
            .setCandidates(400)
            .build();
    return server.client().retrieve(request).getItemsList().stream()
        .map(RetrievedItem::getItemId)
        .toList();
  }

  private static List<Outcome> outcomes(List<ItemVerdict> verdicts) {
    return verdicts.stream().map(ItemVerdict::getOutcome).toList();
  }

  @Test
  void put_isFoundShownAndCounted_andDeleted() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      List<Item> items = List.of(ItemsServer.item(0), ItemsServer.item(1));
      assertThat(outcomes(server.admin().putItems(items))).containsOnly(Outcome.ADDED);
      assertThat(found(server)).contains(ItemsServer.FIRST, ItemsServer.FIRST + 1);
      assertThat(outcomes(server.admin().putItems(items))).containsOnly(Outcome.UNCHANGED);
      Item renamed =
          items.get(0).toBuilder()
              .setTitle("Another")
              .addAttributes("wool")
              .addAttributes("red")
              .build();
      assertThat(outcomes(server.admin().putItems(List.of(renamed))))
          .containsExactly(Outcome.REPLACED);

      ItemStatus shown = server.admin().getItem(ItemsServer.FIRST);
      assertThat(shown.getItem()).isEqualTo(renamed);
      assertThat(shown.getPlacesList())
          .containsExactly(
              ItemPlace.newBuilder()
                  .setBundle("fresh")
                  .setService(ItemPlace.Service.SERVED)
                  .build());
      IndexStatus index = server.admin().index();
      assertThat(index.getLive()).isEqualTo(2);
      assertThat(index.getNotServed()).isZero();
      assertThat(index.getLiveLimit()).isEqualTo(1000);
      assertThat(index.getKeptBytes()).isPositive().isLessThan(index.getKeptBytesLimit());
      assertThat(server.metric("unipin_items_live")).isEqualTo(2);
      assertThat(server.metric("unipin_items_total{outcome=\"added\"}")).isEqualTo(2);
      assertThat(server.metric("unipin_items_searchable_seconds_count")).isEqualTo(2);

      List<Long> gone = List.of(ItemsServer.FIRST, 77L);
      assertThat(outcomes(server.admin().deleteItems(gone)))
          .containsExactly(Outcome.DELETED, Outcome.ABSENT);
      assertThat(found(server)).doesNotContain(ItemsServer.FIRST).contains(ItemsServer.FIRST + 1);
      ItemStatus deleted = server.admin().getItem(ItemsServer.FIRST);
      assertThat(deleted.hasItem()).isFalse();
      assertThat(deleted.getPlaces(0).getService()).isEqualTo(ItemPlace.Service.NOT_SERVED);
      assertThat(deleted.getPlaces(0).getReason())
          .isEqualTo("an item expected that is not deleted, got a deleted one");
    }
  }

  @Test
  void get_itemOfTheBundle_isItsOwn() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      Item own = ItemsServer.item(0).toBuilder().setId(TinyServer.FIRST_ID).build();
      assertThat(outcomes(server.admin().putItems(List.of(own))))
          .containsExactly(Outcome.KNOWN_BY_BUNDLE);
      ItemStatus status = server.admin().getItem(TinyServer.FIRST_ID);
      assertThat(status.getItem()).isEqualTo(own);
      assertThat(status.getPlaces(0).getService()).isEqualTo(ItemPlace.Service.OWN_ITEM);
    }
  }

  @Test
  void put_badItems_areRefusedOneByOne() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      Item good = ItemsServer.item(0);
      List<ItemVerdict> verdicts =
          server
              .admin()
              .putItems(
                  List.of(
                      ItemsServer.item(1).toBuilder().setId(-1).build(),
                      good,
                      ItemsServer.item(2).toBuilder().setContent(3, Float.NaN).build(),
                      ItemsServer.item(3).toBuilder().setCreatedMs(1_700_000_000L).build()));
      assertThat(outcomes(verdicts))
          .containsExactly(Outcome.REFUSED, Outcome.ADDED, Outcome.REFUSED, Outcome.REFUSED);
      assertThat(verdicts.get(0).getReason()).isEqualTo("id: at least 0 expected, got -1");
      assertThat(verdicts.get(2).getReason())
          .isEqualTo("content[3]: a finite number expected, got NaN");
      assertThat(verdicts.get(3).getReason()).startsWith("created_ms: ");
    }
  }

  @Test
  void put_contentOfAnotherDimension_isKeptAndSaysWhyItIsNotServed() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      Item odd = ItemsServer.item(0).toBuilder().addContent(1).build();
      ItemVerdict verdict = server.admin().putItems(List.of(odd)).get(0);
      assertThat(verdict.getOutcome()).isEqualTo(Outcome.NOT_SERVED);
      assertThat(verdict.getReason())
          .isEqualTo("content: 8 numbers expected by bundle fresh, got 9");
      ItemStatus status = server.admin().getItem(odd.getId());
      assertThat(status.getItem()).isEqualTo(odd);
      assertThat(status.getPlaces(0).getReason()).isEqualTo(verdict.getReason());
      assertThat(server.admin().index().getNotServed()).isEqualTo(1);
    }
  }

  @Test
  void get_armsAndShadow_areListedWithTheirReasons() throws Exception {
    Files.createDirectories(folder.resolve("bundles"));
    TinyServer.publish(folder, "narrow", "Flat", 4, 4);
    try (TinyServer server =
        ItemsServer.start(
            folder,
            "experiments.layers={l: {experiments: {e: {arms: {a: {}, b: {bundle: narrow}}}}}}",
            "exposureLog.folder=" + folder.resolve("exposures"),
            "shadow.bundle=one",
            "shadow.budget=16MiB")) {
      Item item = ItemsServer.item(0);
      server.admin().putItems(List.of(item));
      assertThat(server.admin().getItem(item.getId()).getPlacesList())
          .containsExactly(
              ItemPlace.newBuilder()
                  .setBundle("fresh")
                  .setService(ItemPlace.Service.SERVED)
                  .build(),
              ItemPlace.newBuilder()
                  .setBundle("narrow")
                  .addArms("e=b")
                  .setService(ItemPlace.Service.NOT_SERVED)
                  .setReason("content: 4 numbers expected by bundle narrow, got 8")
                  .build(),
              ItemPlace.newBuilder()
                  .setBundle("one")
                  .addArms("shadow")
                  .setService(ItemPlace.Service.NOT_SERVED)
                  .setReason("a bundle whose items have content expected, got bundle one")
                  .build());
    }
  }

  @Test
  void change_badMessages_areRefusedAsAWhole() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      Item item = ItemsServer.item(0);
      ItemVector vector = ItemVector.newBuilder().setId(TinyServer.FIRST_ID).build();
      ChangeItemsRequest.Builder many = ChangeItemsRequest.newBuilder();
      IntStream.range(0, 1001).forEach(i -> many.addPuts(Item.newBuilder().setId(i)));
      for (ChangeItemsRequest bad :
          List.of(
              ChangeItemsRequest.newBuilder().addPuts(item).addPuts(item).build(),
              ChangeItemsRequest.newBuilder().addPuts(item).addDeletes(item.getId()).build(),
              ChangeItemsRequest.newBuilder().addPuts(item).addUpserts(vector).build(),
              many.build())) {
        assertThatThrownBy(() -> server.admin().changeItems(bad))
            .isInstanceOfSatisfying(
                RequestException.class,
                e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID));
      }
      assertThat(server.admin().index().getLive()).isZero();
    }
  }

  @Test
  void stream_answersEachMessageInOrder_andHoldsNothingAfterwards() throws Exception {
    try (TinyServer server = ItemsServer.start(folder)) {
      List<Long> answered = new ArrayList<>();
      try (ItemStream stream =
          server
              .admin()
              .streamItems(
                  (message, answer) -> {
                    assertThat(answer.getVerdictsCount()).isEqualTo(message.getPutsCount());
                    answer.getVerdictsList().forEach(verdict -> answered.add(verdict.getId()));
                  })) {
        for (int message = 0; message < 30; message++) {
          ChangeItemsRequest.Builder puts = ChangeItemsRequest.newBuilder();
          for (int i = 0; i < 20; i++) {
            puts.addPuts(ItemsServer.item(message * 20 + i));
          }
          stream.send(puts.build());
        }
        stream.finish();
        // The stream is still open, and the server reads its next message.
        while (server.metric("unipin_receiving_bytes") > 0) {
          Thread.onSpinWait(); // the time limit of the test ends this loop
        }
      }
      assertThat(answered)
          .containsExactlyElementsOf(
              IntStream.range(0, 600).mapToObj(i -> ItemsServer.FIRST + i).toList());
      assertThat(server.admin().index().getLive()).isEqualTo(600);
    }
  }

  @Test
  void stream_wrongMessage_endsItAndKeepsWhatCameBefore() throws Exception {
    try (TinyServer server = ItemsServer.start(folder);
        ItemStream stream = server.admin().streamItems((message, answer) -> {})) {
      stream.send(ChangeItemsRequest.newBuilder().addPuts(ItemsServer.item(0)).build());
      stream.send(ChangeItemsRequest.newBuilder().addDeletes(1).addDeletes(1).build());
      assertThatThrownBy(stream::finish)
          .isInstanceOf(RequestException.class)
          .hasMessage("messages[1].deletes: every item once expected, got 1 again");
      assertThat(server.admin().index().getLive()).isEqualTo(1);
    }
  }

  @Test
  void stream_tooLargeMessage_isRefusedForGood() throws Exception {
    try (TinyServer server = ItemsServer.start(folder, "server.maxMessage=64KiB");
        ItemStream stream = server.admin().streamItems((message, answer) -> {})) {
      String title = "x".repeat(70_000);
      Item large = ItemsServer.item(0).toBuilder().setTitle(title).build();
      stream.send(ChangeItemsRequest.newBuilder().addPuts(large).build());
      assertThatThrownBy(stream::finish)
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.TOO_LARGE));
    }
  }

  @Test
  void stream_moreThanTheServerTakesAtOnce_waitsAndGoesOn() throws Exception {
    try (TinyServer server = ItemsServer.start(folder, "items.maxPutsPerSecond=20");
        ItemStream stream = server.admin().streamItems((message, answer) -> {})) {
      for (int message = 0; message < 11; message++) {
        ChangeItemsRequest.Builder puts = ChangeItemsRequest.newBuilder();
        for (int i = 0; i < 20; i++) {
          puts.addPuts(ItemsServer.item(message * 20 + i));
        }
        stream.send(puts.build());
      }
      stream.finish();
      assertThat(server.admin().index().getLive()).isEqualTo(220);
    }
  }

  @Test
  void stream_serverStartsAgain_repeatsWhatWasNotAnswered() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    TinyServer first = ItemsServer.start(folder);
    int port = first.adminPort();
    try (UniPinAdminClient client = UniPinAdminClient.connect("127.0.0.1:" + port);
        ItemStream stream =
            client.streamItems(
                (message, answer) -> outcomes.addAll(outcomes(answer.getVerdictsList())))) {
      stream.send(ChangeItemsRequest.newBuilder().addPuts(ItemsServer.item(0)).build());
      stream.finish();
      first.close();
      try (TinyServer second =
          ItemsServer.start(
              folder.resolve("second"),
              "items.folder=" + folder.resolve("items"),
              "server.adminPort=" + port)) {
        stream.send(ChangeItemsRequest.newBuilder().addPuts(ItemsServer.item(0)).build());
        stream.send(ChangeItemsRequest.newBuilder().addPuts(ItemsServer.item(1)).build());
        stream.finish();
        assertThat(outcomes).containsExactly(Outcome.ADDED, Outcome.UNCHANGED, Outcome.ADDED);
        assertThat(second.admin().index().getLive()).isEqualTo(2);
      }
    } finally {
      first.close();
    }
  }
}
