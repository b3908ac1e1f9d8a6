package io.unipin.serving;

import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Starts servers that listen on free ports and serve tiny bundles. */
public final class TestServer {
  private TestServer() {}

  /**
   * Publishes the bundles {@code one} and {@code two} in a subfolder. Then starts a server that
   * serves {@code one}.
   */
  public static UniPinServer start(Path folder, String... overrides) {
    Path bundles = folder.resolve("bundles");
    bundles.toFile().mkdirs();
    TinyBundles.publish(bundles, "one", "exact", 1, folder.resolve("scratch"));
    TinyBundles.publish(bundles, "two", "exact", 2, folder.resolve("scratch"));
    return UniPinServer.start(config(folder, overrides));
  }

  public static ServerConfig config(Path folder, String... overrides) {
    Stream<String> defaults =
        Stream.of(
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
            "cache.budget=4MiB",
            "cache.transientBudget=4MiB",
            "history.folder=" + folder.resolve("history"),
            "servedLog.enabled=true",
            "servedLog.folder=" + folder.resolve("served"),
            "exposureLog.folder=" + folder.resolve("exposures"),
            "retrieval.candidates=20",
            "page.size=5");
    return ConfigReader.read(Map.of(), Stream.concat(defaults, Stream.of(overrides)).toList());
  }
}
