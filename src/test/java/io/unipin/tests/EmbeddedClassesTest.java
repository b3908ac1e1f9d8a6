package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a server loads no classes of engines that its settings do not use. */
@Timeout(120)
final class EmbeddedClassesTest {
  private static final List<String> ENGINES =
      List.of(
          "io.lettuce.",
          "io.github.resilience4j.",
          "reactor.",
          "io.netty.",
          "org.apache.kafka.",
          "io.unipin.serving.redis.tier.");

  @TempDir Path folder;

  @Test
  void serve_withoutEngines_loadsNoClassOfAnEnginesClient() throws Exception {
    TinyServer.publish(folder);
    Path classes = folder.resolve("classes.log");
    try (ServerProcess server =
        ServerProcess.start(
            folder, List.of("-Xmx256m", "-Xlog:class+load:file=" + classes), settings())) {
      assertThat(server.address()).isNotEmpty();
    }
    List<String> loaded = Files.readAllLines(classes);
    assertThat(loaded).anyMatch(line -> line.contains(" io.unipin.serving.stores.HistoryStores "));
    assertThat(loaded).anyMatch(line -> line.contains(" io.unipin.kvcache.tier.FileTier "));
    for (String engine : ENGINES) {
      assertThat(loaded).noneMatch(line -> line.contains(" " + engine));
    }
  }

  /** Returns the defaults, with files below the cache. */
  private List<String> settings() {
    List<String> settings = new ArrayList<>(TinyServer.settings(folder));
    settings.add("cache.file.path=" + folder.resolve("tier"));
    settings.add("cache.file.bytes=64MiB");
    return settings;
  }
}
