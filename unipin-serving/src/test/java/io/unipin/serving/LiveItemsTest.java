package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.ItemVector;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that items can be added and removed while a server serves. */
@Timeout(120)
final class LiveItemsTest {
  @TempDir Path folder;
  private UniPinServer server;
  private UniPinClient client;
  private UniPinAdminClient admin;

  @BeforeEach
  void start() {
    server = TestServer.start(folder, "retrieval.candidates=" + TinyBundles.ITEMS);
    client = UniPinClient.connect("127.0.0.1:" + server.port());
    admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort());
  }

  @AfterEach
  void stop() {
    admin.close();
    client.close();
    server.close();
  }

  private List<Long> page() {
    RetrieveAndRankResponse page =
        client.retrieveAndRank(
            RetrieveAndRankRequest.newBuilder()
                .setUser(UserContext.newBuilder().setUserId("u").setTimeMs(1_700_000_000_000L))
                .build());
    return page.getItemsList().stream().map(ScoredItem::getItemId).toList();
  }

  @Test
  void deleted_isGoneUntilItIsRestored() {
    List<Long> before = page();
    long best = before.get(0);
    IndexStatus deleted = admin.changeItems(List.of(), List.of(best));
    assertThat(deleted.getItems()).isEqualTo(TinyBundles.ITEMS - 1);
    assertThat(deleted.getBuried()).isEqualTo(1);
    assertThat(page()).doesNotContain(best).containsAll(before.subList(1, before.size()));

    IndexStatus restored = admin.changeItems(List.of(best), List.of());
    assertThat(restored.getItems()).isEqualTo(TinyBundles.ITEMS);
    assertThat(restored.getDelta()).isEqualTo(1);
    assertThat(page()).isEqualTo(before);
  }

  @Test
  void deleted_staysAwayFromTheNextBundle() {
    long best = page().get(0);
    admin.changeItems(List.of(), List.of(best));
    assertThat(admin.loadBundle("two").getBundle()).isEqualTo("two");
    assertThat(admin.index().getItems()).isEqualTo(TinyBundles.ITEMS - 1);
    assertThat(page()).doesNotContain(best);
  }

  @Test
  void badChanges_areRefusedAndChangeNothing() {
    long known = page().get(0);
    ItemVector unknown = ItemVector.newBuilder().setId(-77).build();
    ItemVector shortOne = ItemVector.newBuilder().setId(known).addVector(1).build();
    for (ChangeItemsRequest request :
        List.of(
            ChangeItemsRequest.newBuilder().addUpserts(unknown).addDeletes(known).build(),
            ChangeItemsRequest.newBuilder().addUpserts(shortOne).build(),
            ChangeItemsRequest.newBuilder().addDeletes(known).addDeletes(known).build(),
            ChangeItemsRequest.newBuilder()
                .addAllDeletes(Collections.nCopies(10_001, 1L))
                .build())) {
      assertThatThrownBy(() -> admin.changeItems(request))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID));
    }
    assertThat(admin.index().getItems()).isEqualTo(TinyBundles.ITEMS);
    assertThat(page()).contains(known);
  }

  @Test
  void allDeleted_pageIsEmpty() {
    List<Long> all = new ArrayList<>();
    for (int row = 0; row < TinyBundles.ITEMS; row++) {
      all.add(TinyBundles.catalogue().id(row));
    }
    assertThat(admin.changeItems(List.of(), all).getItems()).isZero();
    assertThat(page()).isEmpty();
  }

  /** Measures the recall of an exact index, which finds everything that there is to find. */
  @Test
  void recall_leavesDeletedItemsOut() throws Exception {
    List<Long> all = new ArrayList<>();
    for (int row = 0; row < TinyBundles.ITEMS; row++) {
      all.add(TinyBundles.catalogue().id(row));
    }
    admin.changeItems(List.of(), all.subList(0, TinyBundles.ITEMS / 2));
    assertThat(recall()).isEqualTo(1);
    admin.changeItems(List.of(), all);
    assertThat(recall()).isEqualTo(1);
  }

  private double recall() throws Exception {
    URI address =
        URI.create("http://127.0.0.1:" + server.consolePort().orElseThrow() + "/api/recall");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"users\": 1, \"k\": 20}"))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return new ObjectMapper().readTree(answer.body()).path("mean").asDouble();
  }
}
