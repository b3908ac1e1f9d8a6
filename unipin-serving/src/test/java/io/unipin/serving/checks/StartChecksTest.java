package io.unipin.serving.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.unipin.serving.TestServer;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StartChecksTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;

  private StartChecks checks(String... overrides) {
    return new StartChecks(TestServer.config(folder, overrides));
  }

  @Test
  void require_whatTestsServeWith_holds() {
    assertThatCode(() -> checks().require()).doesNotThrowAnyException();
  }

  @Test
  void start_cachePastDirectMemory_isRefusedBeforeAnythingIsLoaded() {
    assertThatThrownBy(() -> UniPinServer.start(TestServer.config(folder, "cache.budget=64GiB")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cache.budget: with cache.transientBudget 4MiB at most ")
        .hasMessageContaining("(-XX:MaxDirectMemorySize), got 64GiB");
    assertThat(folder).isEmptyDirectory();
  }

  /** This build of the engine has no CUDA, and the folder has no bundle. */
  @Test
  void start_deviceThatIsNotThere_isRefusedBeforeABundleIsLookedFor() {
    assumeThat(System.getenv("PYTORCH_LIBRARY_PATH")).as("another build of libtorch").isNull();
    ServerConfig config = TestServer.config(folder, "engine.device=cuda", "engine.executor=BATCH");
    assertThatThrownBy(() -> UniPinServer.start(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "engine.device: a CUDA build of libtorch expected for cuda, got the build for"
                + " processors; run ./unipin gpu setup");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void requireMemory_countsAllThatIsTaken() {
    StartChecks most = checks("cache.budget=3GiB", "cache.transientBudget=1GiB");
    assertThatCode(() -> most.requireMemory(4 * GIB)).doesNotThrowAnyException();
    assertThatThrownBy(() -> most.requireMemory(4 * GIB - 1)).hasMessageContaining("3071 MiB");
    StartChecks shadow =
        checks("cache.budget=3GiB", "cache.transientBudget=1GiB", "shadow.bundle=two");
    assertThatThrownBy(() -> shadow.requireMemory(4 * GIB))
        .hasMessageContaining("and the shadow's 192MiB");
  }

  @Test
  void requireMemory_countsTheModels() throws IOException {
    Path model = Files.createDirectories(folder.resolve("bundles/one/model"));
    long one = 3 << 10;
    Files.write(model.resolve("weights.safetensors"), new byte[1 << 10]);
    Files.write(model.resolve("items.safetensors"), new byte[2 << 10]);
    Files.write(model.resolve("config.json"), new byte[1 << 10]);
    StartChecks kept = checks("cache.budget=3GiB", "cache.transientBudget=1GiB");
    assertThatCode(() -> kept.requireMemory(4 * GIB + 3 * one)).doesNotThrowAnyException();
    assertThatThrownBy(() -> kept.requireMemory(4 * GIB + 3 * one - 1))
        .hasMessageContaining(" MiB of models at most 3071 MiB expected");
  }

  @Test
  void require_portThatIsTaken_isNamed() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      for (String key :
          new String[] {
            "server.port",
            "server.adminPort",
            "server.metricsPort",
            "json.port",
            "json.adminPort",
            "console.port"
          }) {
        assertThatThrownBy(() -> checks("json.enabled=true", key + "=" + port).require())
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(
                "%s: a free port of 127.0.0.1 expected, got %d: taken by process %d (java"
                    .formatted(key, port, ProcessHandle.current().pid()));
      }
    }
  }

  @Test
  void require_portsThatAreEqual_areNamed() {
    assertThatThrownBy(() -> checks("server.port=19999", "console.port=19999").require())
        .hasMessage("console.port: another port than that of server.port expected, got 19999");
  }

  @Test
  void require_hostThatIsNotOfThisMachine_isNamed() {
    assertThatThrownBy(() -> checks("server.host=no.such.host.invalid").require())
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("server.port: a host of this machine expected");
  }

  @Test
  void require_copyOfCountsAmongTheCounts_isRefused() {
    Path counts = folder.resolve("counts");
    assertThatThrownBy(
            () ->
                checks("counts.folder=" + counts, "counts.kept=" + counts.resolve("own")).require())
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "counts.kept: a folder apart from that of counts.folder expected, got "
                + counts.resolve("own"));
    assertThatCode(() -> checks("counts.folder=" + counts).require()).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "servedLog.folder, history, history.folder",
    "servedLog.folder, history/served, history.folder",
    "history.folder, bundles, bundle.folder",
  })
  void require_twoStoresInOneFolder_areRefused(String key, String place, String other) {
    assertThatThrownBy(() -> checks(key + "=" + folder.resolve(place)).require())
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "%s: a folder apart from that of %s expected, got %s"
                .formatted(key, other, folder.resolve(place)));
  }

  @Test
  void require_folderThatIsAFile_isNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> checks("history.folder=" + file.resolve("below")).require())
        .hasMessageStartingWith("history.folder: a folder to write into expected")
        .hasMessageEndingWith(file + " is a file");
  }

  @Test
  void require_folderInABundle_isRefused() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("bundles/one"));
    Files.writeString(bundle.resolve("manifest.json"), "{}");
    assertThatThrownBy(() -> checks("servedLog.folder=" + bundle.resolve("served")).require())
        .hasMessageStartingWith("servedLog.folder: a folder outside of bundles expected");
  }

  /** Other software, such as a web application, may also have a file {@code manifest.json}. */
  @Test
  void require_manifestOfSomethingElseAbove_isNoBundle() throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "{}");
    Files.createDirectories(folder.resolve("bundles/history"));
    assertThatCode(() -> checks().require()).doesNotThrowAnyException();
    assertThatCode(() -> checks("history.folder=" + folder.resolve("bundles/history")).require())
        .doesNotThrowAnyException();
  }

  @Test
  void start_historyOfAnotherServer_isNamed() {
    try (UniPinServer first = TestServer.start(folder)) {
      assertThat(first.port()).isPositive();
      String served = "servedLog.folder=" + folder.resolve("served-2");
      assertThatThrownBy(() -> UniPinServer.start(TestServer.config(folder, served)))
          .isInstanceOf(ServingException.class)
          .hasMessageStartingWith("history.folder: a folder that no other server uses expected");
    }
  }

  @Test
  void start_cacheWithoutRoomForOneUser_isRefused() {
    assertThatThrownBy(() -> TestServer.start(folder, "cache.budget=1KiB").close())
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("cache.budget: at least the ")
        .hasMessageContaining("that a full history takes (bundle one), got 1KiB");
  }
}
