package io.unipin.cli.demo;

import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.ModelWriter;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.settings.ConfigReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server with eight items and a random model. Ann acts mostly on items about birds, and Bob acts
 * mostly on items about robots. A page has room for all items.
 */
final class TwoTastes implements AutoCloseable {
  static final long FIRST_ID = 5000;
  static final long BEGIN = 1_700_000_000_000L;
  private static final int ITEMS = 8;

  private final FeedLog log;
  private final UniPinServer server;
  private final UniPinClient pages;
  private final UniPinAdminClient admin;

  private TwoTastes(FeedLog log, UniPinServer server) {
    this.log = log;
    this.server = server;
    this.pages = UniPinClient.connect("127.0.0.1:" + server.port());
    this.admin = UniPinAdminClient.connect("127.0.0.1:" + server.adminPort());
  }

  static FeedLog log(int contentDim) {
    List<CatalogueItem> items = new ArrayList<>();
    for (int row = 0; row < ITEMS; row++) {
      String category = row < ITEMS / 2 ? "birds" : "robots";
      float[] content = new float[contentDim];
      for (int i = 0; i < contentDim; i++) {
        content[i] = (row * 5 + i * 3) % 7 - 3;
      }
      String title = category + " " + row;
      items.add(new CatalogueItem(FIRST_ID + row, title, category, BEGIN, content));
    }
    FeedSchema schema =
        new FeedSchema(List.of("click", "save"), List.of("click", "save"), List.of("home"));
    FeedLogBuilder builder = new FeedLogBuilder(schema, Catalogue.of(items));
    clicks(builder.user("ann"), 0, 1, 4, 2);
    clicks(builder.user("bob"), 4, 5, 6);
    return builder.build();
  }

  private static void clicks(FeedLogBuilder builder, int... rows) {
    for (int i = 0; i < rows.length; i++) {
      builder.action(rows[i], 1, 0, BEGIN + i);
    }
  }

  static TwoTastes start(Path folder, int contentDim) {
    FeedLog log = log(contentDim);
    FeedSchema schema = log.schema();
    ModelConfig config =
        new ModelConfig(
            ITEMS,
            contentDim,
            8,
            16,
            2,
            4,
            2,
            32,
            16,
            schema.actions(),
            schema.positives(),
            schema.surfaces());
    Path bundles = folder.resolve("bundles");
    bundles.toFile().mkdirs();
    ModelWriter.writeRandom(folder.resolve("model"), config, 3);
    BundlePublisher.publish(
        folder.resolve("model"), log.catalogue(), "exact", bundles.resolve("demo"));
    List<String> settings =
        List.of(
            "server.port=0",
            "server.adminPort=0",
            "server.metricsPort=0",
            "console.port=0",
            "bundle.folder=" + bundles,
            "bundle.name=demo",
            "cache.budget=4MiB",
            "cache.transientBudget=4MiB",
            "history.folder=" + folder.resolve("history"));
    TwoTastes world = new TwoTastes(log, UniPinServer.start(ConfigReader.read(Map.of(), settings)));
    new DemoHistories(world.pages, world.users()).record();
    return world;
  }

  List<DemoUser> users() {
    return List.of(new DemoUser(log, 0, 60_000), new DemoUser(log, 1, 60_000));
  }

  UniPinClient pages() {
    return pages;
  }

  UniPinAdminClient admin() {
    return admin;
  }

  ConsoleInspector inspector() {
    return new ConsoleInspector("http://127.0.0.1:" + server.consolePort().orElseThrow());
  }

  @Override
  public void close() {
    pages.close();
    admin.close();
    server.close();
  }
}
