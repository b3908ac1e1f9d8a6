package io.unipin.tests;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.database.FileTree;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.settings.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A server that listens on free ports, with its clients. It has two bundles, whose models have
 * random weights.
 */
final class TinyServer implements AutoCloseable {
  static final int ITEMS = 300;
  static final long FIRST_ID = 5000;
  static final long NOW = 1_700_000_000_000L;
  static final List<String> ACTIONS = List.of("click", "save", "hide");

  /** The folder of each bundle that was published in this JVM, by the bundle's name. */
  private static final Map<String, Path> PUBLISHED = new ConcurrentHashMap<>();

  private final UniPinServer server;
  private final UniPinClient client;
  private final UniPinAdminClient admin;

  private TinyServer(UniPinServer server) {
    this.server = server;
    this.client = UniPinClient.connect(address());
    this.admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort());
  }

  /**
   * Starts a server that serves the bundle {@code one}. Before that, publishes the bundles
   * {@code one} and {@code two}, which have different weights and indexes.
   */
  static TinyServer start(Path folder, String... overrides) throws IOException {
    publish(folder);
    List<String> settings = new ArrayList<>(settings(folder));
    settings.addAll(List.of(overrides));
    return new TinyServer(UniPinServer.start(ConfigReader.read(Map.of(), settings)));
  }

  static void publish(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("bundles"));
    place(folder, "one", "HNSW16", 1);
    place(folder, "two", "Flat", 2);
  }

  static List<String> settings(Path folder) {
    return List.of(
        "server.port=0",
        "server.adminPort=0",
        "server.metricsPort=0",
        "console.port=0",
        "json.port=0",
        "json.adminPort=0",
        "server.workers=2",
        "server.maxResets=1000000",
        "bundle.folder=" + folder.resolve("bundles"),
        "bundle.name=one",
        "cache.budget=16MiB",
        "cache.transientBudget=16MiB",
        "history.folder=" + folder.resolve("history"),
        "retrieval.candidates=50",
        "page.size=10");
  }

  /**
   * Copies a bundle that is published once per JVM, because publishing loads a model. A test may
   * damage its copy.
   */
  private static void place(Path folder, String name, String factory, long seed)
      throws IOException {
    Path made =
        PUBLISHED.computeIfAbsent(
            name,
            unused -> {
              Path shared = temporaryFolder();
              publish(shared, name, factory, seed);
              return shared.resolve("bundles").resolve(name);
            });
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.toList()) {
        Path target = folder.resolve("bundles").resolve(name).resolve(made.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("unipin-bundle");
      Files.createDirectory(folder.resolve("bundles"));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      FileTree.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void publish(Path folder, String name, String factory, long seed) {
    publish(folder, name, factory, seed, 0);
  }

  /**
   * Publishes a bundle whose items have {@code contentDim} numbers of content; 0 for none. Only a
   * bundle with content can serve items that were put.
   */
  static void publish(Path folder, String name, String factory, long seed, int contentDim) {
    Path model = folder.resolve("model-" + name);
    ModelConfig config =
        new ModelConfig(
            ITEMS,
            contentDim,
            16,
            32,
            2,
            4,
            2,
            64,
            64,
            ACTIONS,
            List.of("click", "save"),
            List.of("home", "search"));
    ModelWriter.writeRandom(model, config, seed);
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < ITEMS; row++) {
      items.add(
          new CatalogueItem(
              FIRST_ID + row,
              "Item " + row,
              "all",
              FeedLog.NO_TIME,
              content(row, contentDim),
              "",
              key(FIRST_ID + row)));
    }
    BundlePublisher.publish(
        model, Catalogue.of(items), factory, folder.resolve("bundles").resolve(name));
  }

  /** Returns the content of an item: {@code dimension} numbers that depend on the item. */
  static float[] content(int item, int dimension) {
    float[] content = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      content[i] = (item * 31 + i * 7) % 13 % 2 == 0 ? 1 : -1;
    }
    return content;
  }

  /**
   * Returns the key of an item. Only items with even ids have keys; for others the result is empty.
   */
  static String key(long id) {
    return id % 2 == 0 ? "sku-" + id : "";
  }

  /**
   * Returns a page request with the user's whole history, which is random. The user's number is the
   * random seed.
   */
  static RetrieveAndRankRequest request(int user) {
    Random random = new Random(user);
    History.Builder history = History.newBuilder();
    int length = random.nextInt(60);
    for (int i = 0; i < length; i++) {
      history.addActions(
          Action.newBuilder()
              .setItemId(FIRST_ID + random.nextInt(ITEMS))
              .addActions(ACTIONS.get(random.nextInt(ACTIONS.size())))
              .setTimeMs(NOW - 1_000_000 + i * 1000L));
    }
    return RetrieveAndRankRequest.newBuilder()
        .setUser(
            UserContext.newBuilder().setUserId("user" + user).setTimeMs(NOW).setHistory(history))
        .build();
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  String adminAddress() {
    return "127.0.0.1:" + server.adminPort();
  }

  int adminPort() {
    return server.adminPort();
  }

  int metricsPort() {
    return server.metricsPort();
  }

  /** Returns the address of the port for HTTP with JSON. */
  String json() {
    return "http://127.0.0.1:" + server.jsonPort().orElseThrow();
  }

  /** Returns the address of the administration's port for HTTP with JSON. */
  String adminJson() {
    return "http://127.0.0.1:" + server.jsonAdminPort().orElseThrow();
  }

  /** Returns the address of the console's page. */
  String console() {
    return "http://127.0.0.1:" + server.consolePort().orElseThrow() + "/";
  }

  UniPinClient client() {
    return client;
  }

  UniPinAdminClient admin() {
    return admin;
  }

  /** Returns the value of a metric without labels. */
  double metric(String name) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics");
    String text =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    client.close();
    admin.close();
    server.close();
  }
}
