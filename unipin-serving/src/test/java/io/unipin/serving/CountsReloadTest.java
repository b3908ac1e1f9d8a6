package io.unipin.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.counts.CountTables;
import io.unipin.counts.CountWeights;
import io.unipin.feedlog.Catalogue;
import io.unipin.proto.v1.BundleListing;
import io.unipin.proto.v1.CountsStatus;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.CountedBundles;
import io.unipin.serving.bundle.TinyBundles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests ReloadCounts with a server whose bundle {@code counted} has tables of counts. */
@Timeout(120)
final class CountsReloadTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Instant NEXT_DAY = CountedBundles.UNTIL.plus(Duration.ofDays(1));

  @TempDir Path folder;
  private CountTables bundled;
  private CountTables newer;

  @BeforeEach
  void publish() throws IOException {
    Files.createDirectories(folder.resolve("bundles"));
    bundled = tables(1, CountedBundles.UNTIL);
    newer = tables(2, NEXT_DAY);
    Path scratch = folder.resolve("scratch");
    TinyBundles.publish(folder.resolve("bundles"), "one", "exact", 1, scratch);
    CountedBundles.publish(folder.resolve("bundles"), "counted", 1, bundled, scratch);
    newer.write(folder.resolve("counts/next"));
  }

  private static CountTables tables(int liked, Instant until) {
    return CountedBundles.tables(TinyBundles.catalogue(), liked, until);
  }

  private UniPinServer start(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of("bundle.name=counted", "counts.folder=" + folder.resolve("counts")));
    settings.addAll(List.of(more));
    return UniPinServer.start(TestServer.config(folder, settings.toArray(String[]::new)));
  }

  /** Clients of a server. */
  private record Clients(UniPinServer server, UniPinClient client, UniPinAdminClient admin)
      implements AutoCloseable {
    static Clients of(UniPinServer server) {
      return new Clients(
          server,
          UniPinClient.connect("127.0.0.1:" + server.port()),
          UniPinAdminClient.connect("127.0.0.1:" + server.adminPort()));
    }

    RetrieveAndRankResponse page() {
      UserContext user = UserContext.newBuilder().setUserId("u").setTimeMs(NOW).build();
      return client.retrieveAndRank(RetrieveAndRankRequest.newBuilder().setUser(user).build());
    }

    String generation() {
      return page().getServed().getCounts();
    }

    List<Long> order() {
      return page().getItemsList().stream().map(ScoredItem::getItemId).toList();
    }

    ScoredItem rank(long item) {
      UserContext user = UserContext.newBuilder().setUserId("u").setTimeMs(NOW).build();
      return client
          .rank(RankRequest.newBuilder().setUser(user).addItemIds(item).build())
          .getItems(0);
    }

    String metrics() {
      URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
      try {
        return HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
            .body();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    void assertRefused(String name, String part) {
      String before = generation();
      assertThatThrownBy(() -> admin.reloadCounts(name))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
          .hasMessageContaining(part);
      assertThat(generation()).as("the old tables stay").isEqualTo(before).isNotEmpty();
    }

    @Override
    public void close() {
      client.close();
      admin.close();
      server.close();
    }
  }

  @Test
  void reload_newerTables_swapTheOrder() throws IOException {
    try (Clients calls = Clients.of(start())) {
      assertThat(calls.generation()).isEqualTo(bundled.generation());
      assertThat(calls.admin().bundle().getCounts()).isEqualTo(bundled.generation());
      List<Long> before = calls.order();
      CountsStatus status = calls.admin().reloadCounts("next");
      assertThat(status.getBundle()).isEqualTo("counted");
      assertThat(status.getGeneration()).isEqualTo(newer.generation());
      assertThat(status.getUntilMs()).isEqualTo(NEXT_DAY.toEpochMilli());
      assertThat(status.getBytes()).isPositive().isLessThan(status.getBytesLimit());
      assertThat(status.getNotUsedList()).isEmpty();
      assertThat(calls.generation()).isEqualTo(newer.generation());
      assertThat(calls.order()).isNotEqualTo(before);
      assertThat(calls.admin().bundle().getCounts()).isEqualTo(newer.generation());
      assertThat(calls.admin().bundles())
          .filteredOn(bundle -> bundle.getBundle().equals("counted"))
          .extracting(BundleListing::getCounts)
          .as("the bundle's own tables")
          .containsExactly(bundled.generation());
      assertThat(calls.admin().reloadCounts("next")).isEqualTo(status);
      assertThat(calls.metrics())
          .contains("unipin_counts_reloads_total{outcome=\"reloaded\"} 2.0")
          .contains("unipin_counts_reloads_total{outcome=\"refused\"} 0.0")
          .contains("unipin_counts_reloadable 1.0");
    }
    assertThat(served())
        .contains("\"format\":4")
        .contains("\"counts\":\"" + bundled.generation() + "\"")
        .contains("\"counts\":\"" + newer.generation() + "\"");
  }

  private String served() throws IOException {
    StringBuilder lines = new StringBuilder();
    try (Stream<Path> files = Files.list(folder.resolve("served"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
        lines.append(Files.readString(file));
      }
    }
    return lines.toString();
  }

  @Test
  void reload_brokenTables_isRefused() throws IOException {
    Path broken = folder.resolve("counts/broken");
    newer.write(broken);
    byte[] bytes = Files.readAllBytes(broken.resolve("tables.bin"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(broken.resolve("tables.bin"), bytes);
    Path version = folder.resolve("counts/version");
    newer.write(version);
    String manifest = Files.readString(version.resolve("manifest.json"));
    String later = manifest.replaceFirst("\"version\" ?: ?\\d+", "\"version\":99");
    Files.writeString(version.resolve("manifest.json"), later);
    Path incomplete = folder.resolve("counts/incomplete");
    newer.write(incomplete);
    Files.delete(incomplete.resolve("tables.bin"));
    CountedBundles.tables(TinyBundles.otherCatalogue(), 2, NEXT_DAY)
        .write(folder.resolve("counts/others"));
    tables(2, CountedBundles.UNTIL.minusSeconds(1)).write(folder.resolve("counts/earlier"));
    try (Clients calls = Clients.of(start())) {
      calls.assertRefused("broken", "broken: tables.bin: SHA-256");
      calls.assertRefused("version", "version");
      calls.assertRefused("incomplete", "incomplete: a file tables.bin expected, got none");
      calls.assertRefused("others", "others: ");
      calls.assertRefused("earlier", "earlier: counts that end at 2024-01-10T00:00:00Z or later");
      calls.assertRefused("none", "a directory in the folder of counts expected, got none");
      calls.assertRefused("nexx", "got nexx; did you mean 'next'?");
      calls.assertRefused("../counts/next", "a name like");
      assertThat(calls.metrics())
          .contains("unipin_counts_reloads_total{outcome=\"refused\"} 8.0")
          .contains("unipin_counts_reloads_total{outcome=\"reloaded\"} 0.0");
      try (Stream<Path> left = Files.list(folder.resolve("history-counts"))) {
        assertThat(left).as("nothing of what was refused is left").isEmpty();
      }
      calls.admin().reloadCounts("next");
      calls.assertRefused("broken", "SHA-256");
    }
  }

  @Test
  void reload_tablesAboveTheBound_isRefused() throws IOException {
    Path large = folder.resolve("counts/large");
    newer.write(large);
    Files.write(large.resolve("tables.bin"), new byte[1 << 17]);
    try (Clients calls = Clients.of(start("counts.maxBytes=64KiB"))) {
      calls.assertRefused("large", "files of at most 65536 bytes (counts.maxBytes) expected");
    }
  }

  @Test
  void reload_withoutAFolder_isRefused() {
    try (Clients calls = Clients.of(start("counts.folder="))) {
      calls.assertRefused("next", "a server with the setting counts.folder expected");
      assertThat(calls.metrics()).contains("unipin_counts_reloadable 0.0");
    }
  }

  @Test
  void reload_bundleWithoutCounts_isRefused() {
    try (Clients calls = Clients.of(start("bundle.name=one"))) {
      assertThat(calls.generation()).isEmpty();
      assertThatThrownBy(() -> calls.admin().reloadCounts("next"))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("a bundle with counts expected, got one without any");
      assertThat(calls.metrics()).contains("unipin_counts_age_seconds 0.0");
    }
  }

  @Test
  void restart_keepsTheTables() throws IOException {
    List<Long> order;
    try (Clients calls = Clients.of(start())) {
      calls.admin().reloadCounts("next");
      order = calls.order();
    }
    delete(folder.resolve("counts/next"));
    try (Clients calls = Clients.of(start())) {
      assertThat(calls.generation()).isEqualTo(newer.generation());
      assertThat(calls.order()).isEqualTo(order);
    }
    Path kept = folder.resolve("history-counts");
    Path tables = kept.resolve(Files.readString(kept.resolve("current"))).resolve("tables.bin");
    Files.write(tables, new byte[] {1});
    try (Clients calls = Clients.of(start())) {
      assertThat(calls.generation())
          .as("damaged tables are not used")
          .isEqualTo(bundled.generation());
    }
  }

  /**
   * The tables lack an item that was put, so the inputs from its counts are neutral. Only the
   * slopes and constants of the weights change the probabilities of this item.
   */
  @Test
  void rank_itemThatWasPut_hasNeutralInputs() {
    Path bundles = folder.resolve("bundles");
    Path scratch = folder.resolve("scratch");
    ContentBundles.publish(bundles, "early", ContentBundles.EARLY, 5, scratch);
    Catalogue catalogue = Catalogue.read(bundles.resolve("early/catalogue.parquet"));
    CountTables tables = CountedBundles.tables(catalogue, 1, CountedBundles.UNTIL);
    CountedBundles.publish(bundles, "fresh", scratch.resolve("model-early"), catalogue, tables);
    long late = ContentBundles.item(ContentBundles.EARLY).id();
    ScoredItem plain;
    try (Clients calls = Clients.of(start("bundle.name=early"))) {
      calls.server().items().put(ContentBundles.late());
      plain = calls.rank(late);
    }
    try (Clients calls = Clients.of(start("bundle.name=fresh"))) {
      ScoredItem counted = calls.rank(late);
      CountWeights.Action click = CountedBundles.weights(tables).of("click");
      double logit = logit(plain.getProbabilitiesOrThrow("click"));
      assertThat(logit(counted.getProbabilitiesOrThrow("click")))
          .isCloseTo(click.slope() * logit + click.constant(), within(1e-3));
      assertThat(counted.getProbabilitiesOrThrow("hide"))
          .isCloseTo(plain.getProbabilitiesOrThrow("hide"), within(1e-5f));
      assertThat(calls.rank(ContentBundles.FIRST_ID + 1).getProbabilitiesOrThrow("click"))
          .as("an item of the bundle that users like")
          .isGreaterThan(0.7f);
    }
  }

  private static double logit(float p) {
    return Math.log(p / (1 - (double) p));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Test
  void swap_keepsNewerTables_andDropsThemForABundleWithLaterOnes() {
    Path bundles = folder.resolve("bundles");
    Path scratch = folder.resolve("scratch");
    CountTables later = tables(3, NEXT_DAY.plusSeconds(1));
    CountedBundles.publish(bundles, "same", 2, bundled, scratch);
    CountedBundles.publish(bundles, "later", 3, later, scratch);
    try (Clients calls = Clients.of(start())) {
      calls.admin().reloadCounts("next");
      assertThat(calls.admin().loadBundle("same").getCounts()).isEqualTo(newer.generation());
      assertThat(calls.admin().loadBundle("later").getCounts()).isEqualTo(later.generation());
      assertThat(calls.generation()).isEqualTo(later.generation());
      assertThat(calls.admin().rollBackBundle().getCounts()).isEqualTo(newer.generation());
      assertThat(calls.admin().loadBundle("one").getCounts()).isEmpty();
    }
  }

  /**
   * The tables of arm b's bundle count actions up to a later time than the first tables that are
   * loaded.
   */
  @Test
  void reload_reachesArmsAndTheBundleBefore_andNamesThoseThatItDoesNotFit() {
    Path bundles = folder.resolve("bundles");
    Path scratch = folder.resolve("scratch");
    CountTables later = tables(3, NEXT_DAY.plusSeconds(1));
    CountedBundles.publish(bundles, "arm", 2, bundled, scratch);
    CountedBundles.publish(bundles, "later", 3, later, scratch);
    String arms =
        "experiments.layers={l: {experiments: {e: {slots: 0-0, arms: {a: {bundle: arm},"
            + " b: {bundle: later}, c: {bundle: one}}}}}}";
    CountTables third = tables(0, NEXT_DAY.plusSeconds(2));
    third.write(folder.resolve("counts/third"));
    try (Clients calls = Clients.of(start(arms))) {
      assertThat(calls.admin().loadBundle("counted").getPrevious()).isEqualTo("counted");
      CountsStatus status = calls.admin().reloadCounts("next");
      assertThat(status.getNotUsedList())
          .singleElement()
          .asString()
          .startsWith("bundle later keeps its counts: counts that end at");
      assertThat(calls.admin().rollBackBundle().getCounts()).isEqualTo(newer.generation());
      assertThat(calls.admin().reloadCounts("third").getNotUsedList()).isEmpty();
    }
  }
}
