package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.BundleListing;
import io.unipin.proto.v1.BundleStatus;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.Served;
import io.unipin.proto.v1.Served.CacheOutcome;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.TinyBundles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class BundleOperationsTest {
  @TempDir Path folder;

  @Test
  void rollBack_afterASwap_servesTheOneBeforeAndBackAgain() {
    try (UniPinServer server = TestServer.start(folder);
        UniPinAdminClient admin = admin(server);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      assertInvalid(admin::rollBackBundle, "no bundle served before");
      Served first = served(client);
      BundleStatus swapped = admin.loadBundle("two");
      assertThat(swapped.getPrevious()).isEqualTo("one");
      Served second = served(client);
      assertThat(second.getBundle()).isEqualTo("two");
      assertThat(List.of(second.getModel(), second.getIndex()))
          .doesNotContain(first.getModel(), first.getIndex(), "");
      assertThat(second.getConfig()).isEqualTo(first.getConfig()).isNotEmpty();

      assertThat(admin.rollBackBundle().getBundle()).isEqualTo("one");
      Served back = served(client);
      assertThat(back.getModel()).isEqualTo(first.getModel());
      assertThat(back.getIndex()).isEqualTo(first.getIndex());
      assertThat(admin.bundles())
          .filteredOn(BundleListing::getServes)
          .extracting(BundleListing::getBundle)
          .containsExactly("one");
      assertThat(admin.bundles())
          .filteredOn(BundleListing::getPrevious)
          .extracting(BundleListing::getBundle)
          .containsExactly("two");
      assertThat(admin.rollBackBundle().getBundle()).isEqualTo("two");
      assertThat(served(client).getModel()).isEqualTo(second.getModel());
    }
  }

  @Test
  void loadBundle_thatAnswersOtherwise_takesNoTraffic() throws IOException {
    try (UniPinServer server = TestServer.start(folder);
        UniPinAdminClient admin = admin(server);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      TinyBundles.spoilGolden(folder.resolve("bundles").resolve("two"));
      assertInvalid(() -> admin.loadBundle("two"), "golden queries");
      assertThat(served(client).getBundle()).isEqualTo("one");
      assertThat(admin.bundle().getPrevious()).isEmpty();
      assertInvalid(admin::rollBackBundle, "no bundle served before");
    }
  }

  /** The golden queries need room in the cache too, but their error would not name the setting. */
  @Test
  void loadBundle_largerThanTheCache_namesTheSetting() {
    TinyBundles.publishLong(folder.resolve("bundles"), "long", 1 << 16, folder.resolve("scratch"));
    try (UniPinServer server = TestServer.start(folder);
        UniPinAdminClient admin = admin(server)) {
      assertInvalid(() -> admin.loadBundle("long"), "cache.transientBudget: at least the ");
    }
  }

  @Test
  void bundles_folderThatIsGone_isUnavailable() throws IOException {
    try (UniPinServer server = TestServer.start(folder);
        UniPinAdminClient admin = admin(server)) {
      Files.move(folder.resolve("bundles"), folder.resolve("elsewhere"));
      assertThatThrownBy(admin::bundles)
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.UNAVAILABLE))
          .hasMessageContaining("the folder of bundles can't be read");
    }
  }

  @Test
  void rollBack_previousNotKept_isRefused() {
    try (UniPinServer server = TestServer.start(folder, "bundle.keepPrevious=false");
        UniPinAdminClient admin = admin(server)) {
      assertThat(admin.loadBundle("two").getPrevious()).isEmpty();
      assertInvalid(admin::rollBackBundle, "no bundle served before");
      assertThat(admin.bundle().getBundle()).isEqualTo("two");
    }
  }

  @Test
  void loadBundle_anArmServesTheOldOne_keepsItsUsersState() {
    String arms =
        "experiments.layers={l: {experiments: {e: {arms: {a: {bundle: one}, b: {bundle: one}}}}}}";
    try (UniPinServer server = TestServer.start(folder, arms);
        UniPinAdminClient admin = admin(server);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      assertThat(served(client).getCache()).isEqualTo(CacheOutcome.PREFILL);
      assertThat(served(client).getCache()).isEqualTo(CacheOutcome.HIT);
      assertThat(admin.loadBundle("two").getBundle()).isEqualTo("two");
      assertThat(served(client).getBundle()).isEqualTo("one");
      assertThat(served(client).getCache()).isEqualTo(CacheOutcome.HIT);
    }
  }

  @Test
  void filesCutShortUnderTheServer_areMissedByNobody() throws IOException {
    TinyBundles.publish(folder.resolve("bundles"), "graph", "HNSW16", 1, folder);
    try (UniPinServer server = TestServer.start(folder, "bundle.name=graph");
        UniPinAdminClient admin = admin(server);
        UniPinClient client = UniPinClient.connect("127.0.0.1:" + server.port())) {
      List<ScoredItem> before = page(client, "v");
      for (String bundle : List.of("graph", "two")) {
        try (Stream<Path> files = Files.walk(folder.resolve("bundles").resolve(bundle))) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            // Empties the file in place. A copy over the file begins in the same way.
            Files.write(file, new byte[0]);
          }
        }
      }
      // another user without actions, so the page must be the same
      assertThat(page(client, "w")).isEqualTo(before);
      assertThat(admin.changeItems(List.of(before.get(0).getItemId()), List.of()).getItems())
          .isEqualTo(TinyBundles.ITEMS);
      assertThat(page(client, "x")).isEqualTo(before);
      assertThatThrownBy(() -> admin.loadBundle("two")).isInstanceOf(RequestException.class);
      assertThat(page(client, "y")).isEqualTo(before);
    }
  }

  private static List<ScoredItem> page(UniPinClient client, String user) {
    UserContext context =
        UserContext.newBuilder().setUserId(user).setTimeMs(1_700_000_000_000L).build();
    return client
        .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(context).build())
        .getItemsList();
  }

  private static UniPinAdminClient admin(UniPinServer server) {
    return UniPinAdminClient.connect("127.0.0.1:" + server.adminPort());
  }

  private static Served served(UniPinClient client) {
    UserContext user = UserContext.newBuilder().setUserId("u").build();
    return client
        .retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(user).build())
        .getServed();
  }

  private static void assertInvalid(Runnable call, String part) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
        .hasMessageContaining(part);
  }
}
