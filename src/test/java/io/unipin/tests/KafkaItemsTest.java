package io.unipin.tests;

import static io.unipin.tests.Waiting.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemPlace;
import io.unipin.proto.v1.ItemStatus;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.serving.items.ItemRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that all replicas apply the changes of items in the same order. */
@Timeout(240)
final class KafkaItemsTest {
  private static final int ITEMS = 40;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(shared.resolve("kafka"));
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private TinyServer server(String name, String topic) throws Exception {
    return ItemsServer.start(
        folder.resolve(name),
        "items.folder=" + folder.resolve(name).resolve("items"),
        "kafka.servers=\"" + broker.address() + "\"",
        "kafka.topics.items=" + topic);
  }

  private static void createTopic(String name) throws Exception {
    broker.createTopic(name, 2, Map.of("cleanup.policy", "compact"));
  }

  private static Item titled(int n, String title) {
    return ItemsServer.item(n).toBuilder().setTitle(title).build();
  }

  private static ItemStatus status(TinyServer server, long id) {
    return server.admin().getItem(id);
  }

  private static boolean isServed(TinyServer server, long id) {
    return status(server, id).getPlacesList().stream()
        .anyMatch(place -> place.getService() == ItemPlace.Service.SERVED);
  }

  @Test
  void changes_acceptedByOneReplica_reachTheOthersAndNewOnes() throws Exception {
    createTopic("reach");
    long first = ItemsServer.FIRST;
    try (TinyServer one = server("one", "reach");
        TinyServer other = server("other", "reach")) {
      List<ItemVerdict> put =
          one.admin().putItems(List.of(ItemsServer.item(0), ItemsServer.item(1)));
      assertThat(put)
          .extracting(ItemVerdict::getOutcome)
          .containsExactly(ItemVerdict.Outcome.ADDED, ItemVerdict.Outcome.ADDED);
      assertThat(isServed(one, first)).isTrue();
      await(() -> isServed(other, first) && isServed(other, first + 1));
      assertThat(other.admin().putItems(List.of(titled(1, "Other"))))
          .extracting(ItemVerdict::getOutcome)
          .containsExactly(ItemVerdict.Outcome.REPLACED);
      await(() -> status(one, first + 1).getItem().getTitle().equals("Other"));
      // Deletes an item that was put, and an item of the bundle.
      assertThat(other.admin().deleteItems(List.of(first, TinyServer.FIRST_ID)))
          .extracting(ItemVerdict::getOutcome)
          .containsOnly(ItemVerdict.Outcome.DELETED);
      await(() -> !isServed(one, first) && !ownIsServed(one));
      assertThat(broker.read("reach")).hasSize(5).allMatch(record -> record.value() != null);
    }
    try (TinyServer fresh = server("fresh", "reach")) {
      assertThat(isServed(fresh, first)).isFalse();
      assertThat(isServed(fresh, first + 1)).isTrue();
      assertThat(status(fresh, first + 1).getItem().getTitle()).isEqualTo("Other");
      assertThat(ownIsServed(fresh)).isFalse();
    }
  }

  @Test
  void deletedAndExpiredItems_areOnNoPageOfAnyReplica_andTheirTextsInNoFile() throws Exception {
    createTopic("pages");
    String title = "a title to be forgotten";
    long first = ItemsServer.FIRST;
    try (TinyServer one = server("pages-one", "pages");
        TinyServer other = server("pages-other", "pages")) {
      one.admin().putItems(List.of(titled(0, title), titled(1, title), titled(2, "Stays")));
      for (TinyServer server : List.of(one, other)) {
        await(() -> newItems(server).equals(Set.of(first, first + 1, first + 2)));
      }
      assertThat(isInAFile("pages-one", title)).isTrue();
      assertThat(isInAFile("pages-other", title)).isTrue();
      other.admin().deleteItems(List.of(first));
      long soon = System.currentTimeMillis() + 3000;
      one.admin().putItems(List.of(titled(1, title).toBuilder().setExpiresMs(soon).build()));
      for (TinyServer server : List.of(one, other)) {
        await(() -> newItems(server).equals(Set.of(first + 2)));
      }
      await(() -> !isInAFile("pages-one", title) && !isInAFile("pages-other", title));
    }
  }

  /** Returns the new items on a page that shows nothing else. */
  private static Set<Long> newItems(TinyServer server) {
    RetrieveAndRankRequest request =
        TinyServer.request(1).toBuilder()
            .setPreferences(Preferences.newBuilder().addCategories("new"))
            .build();
    return server.client().retrieveAndRank(request).getItemsList().stream()
        .map(ScoredItem::getItemId)
        .collect(Collectors.toSet());
  }

  /** Whether a file of a replica contains a text. */
  private boolean isInAFile(String replica, String text) {
    try (Stream<Path> files = Files.walk(folder.resolve(replica))) {
      return files.filter(Files::isRegularFile).anyMatch(file -> contains(file, text));
    } catch (IOException | UncheckedIOException e) {
      return true; // a folder changed meanwhile, so the answer is not known yet
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean ownIsServed(TinyServer server) {
    return status(server, TinyServer.FIRST_ID).getPlacesList().stream()
        .anyMatch(place -> place.getService() == ItemPlace.Service.OWN_ITEM);
  }

  @Test
  void changesOfOneItem_acceptedByTwoReplicasAtOnce_endEquallyOnBoth() throws Exception {
    createTopic("order");
    try (TinyServer one = server("order-one", "order");
        TinyServer other = server("order-other", "order")) {
      CompletableFuture<Void> left = CompletableFuture.runAsync(() -> changeAll(one, "one"));
      changeAll(other, "other");
      left.get();
      await(() -> titles(one).equals(titles(other)));
      assertThat(titles(one)).isEqualTo(titlesOf(broker.read("order")));
    }
  }

  private static void changeAll(TinyServer server, String name) {
    UniPinAdminClient admin = server.admin();
    for (int round = 0; round < 5; round++) {
      List<Item> items = new ArrayList<>();
      for (int n = 0; n < ITEMS; n++) {
        items.add(titled(n, name + " " + round));
      }
      admin.putItems(items);
    }
  }

  private static List<String> titles(TinyServer server) {
    List<String> titles = new ArrayList<>();
    for (int n = 0; n < ITEMS; n++) {
      titles.add(status(server, ItemsServer.FIRST + n).getItem().getTitle());
    }
    return titles;
  }

  /** Returns the title of each item in its last record. */
  private static List<String> titlesOf(List<ConsumerRecord<byte[], byte[]>> records) {
    String[] titles = new String[ITEMS];
    for (ConsumerRecord<byte[], byte[]> record : records) {
      long id = ByteBuffer.wrap(record.key()).getLong();
      titles[(int) (id - ItemsServer.FIRST)] =
          Objects.requireNonNull(ItemRecord.decode(id, record.value()).item()).title();
    }
    return List.of(titles);
  }

  @Test
  void brokerAway_changesAreRefusedAndPagesGoOn_untilItIsBack() throws Exception {
    createTopic("away");
    try (TinyServer server = server("away", "away")) {
      server.admin().putItems(List.of(ItemsServer.item(7)));
      broker.kill();
      assertThatThrownBy(() -> server.admin().putItems(List.of(ItemsServer.item(8))))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE));
      assertThat(isServed(server, ItemsServer.FIRST + 8)).isFalse();
      assertThat(isServed(server, ItemsServer.FIRST + 7)).isTrue();
      assertThat(server.client().retrieveAndRank(TinyServer.request(1)).getItemsCount())
          .isPositive();
      broker.restart();
      await(() -> isPut(server, 8));
      assertThat(isServed(server, ItemsServer.FIRST + 8)).isTrue();
    }
    broker.kill();
    try (TinyServer known = server("away", "away")) {
      assertThat(isServed(known, ItemsServer.FIRST + 8)).isTrue();
      assertThatThrownBy(() -> server("never", "away"))
          .hasMessageContaining("kafka.topics.items expected");
    } finally {
      broker.restart();
    }
  }

  private static boolean isPut(TinyServer server, int n) {
    try {
      server.admin().putItems(List.of(ItemsServer.item(n)));
      return true;
    } catch (RequestException e) {
      return false;
    }
  }
}
