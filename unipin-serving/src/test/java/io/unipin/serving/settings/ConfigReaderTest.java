package io.unipin.serving.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.evaluate.page.PageRule;
import io.unipin.kvcache.KvType;
import io.unipin.model.EngineDevice;
import io.unipin.model.EngineOptions;
import io.unipin.model.Executor;
import io.unipin.model.Precision;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigReaderTest {
  @TempDir Path folder;

  @Test
  void effective_namesFileVariableOverrideAndDefault() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "server:\n  port: 1\n  queue: 7\n");
    Map<String, String> places = new HashMap<>();
    ConfigReader.effective(
            file, Map.of("UNIPIN_SERVER_PORT", "2", "HOME", "/"), List.of("page.size=3"))
        .stream()
        .filter(setting -> !setting.isDefault())
        .forEach(setting -> places.put(setting.key(), setting.value() + " " + setting.place()));
    assertThat(places)
        .isEqualTo(
            Map.of(
                "server.port", "2 UNIPIN_SERVER_PORT",
                "server.queue", "7 my.yaml:3:3",
                "page.size", "3 --set page.size"));
    assertThatThrownBy(() -> ConfigReader.effective(Map.of(), List.of("page.size=0")))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void defaults_areAsDocumented() {
    ServerConfig config = ConfigReader.defaults();
    assertThat(config.server().host()).isEqualTo("127.0.0.1");
    assertThat(config.server().port()).isEqualTo(9090);
    assertThat(config.server().adminPort()).isEqualTo(9091);
    assertThat(config.server().metricsPort()).isEqualTo(9092);
    assertThat(config.server().workerThreads())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.server().queue()).isEqualTo(256);
    assertThat(config.server().maxMessage().bytes()).isEqualTo(1 << 20);
    assertThat(config.server().maxConcurrentCallsPerConnection()).isEqualTo(256);
    assertThat(config.server().stopDelay()).isEqualTo(Duration.ZERO);
    assertThat(config.server().drain()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.bundle().folder()).isEqualTo(Path.of("bundles"));
    assertThat(config.engine().device()).isEqualTo(EngineDevice.CPU);
    assertThat(config.engine().batchRows()).isEqualTo(65_536);
    assertThat(config.bundle().name()).isEqualTo("main");
    assertThat(config.cache().budget().bytes()).isEqualTo(1L << 30);
    assertThat(config.cache().type()).isEqualTo(KvType.FLOAT32);
    assertThat(config.cache().timeToLive()).isEqualTo(Duration.ofHours(1));
    assertThat(config.cache().maxWait()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.history().limit()).isEqualTo(4096);
    assertThat(config.history().syncWrites()).isFalse();
    assertThat(config.retrieval().candidates()).isEqualTo(PageRule.SERVED_CANDIDATES);
    assertThat(config.retrieval().breadth()).isZero();
    assertThat(config.retrieval().overFetch()).isEqualTo(1.2);
    assertThat(config.ranking().utilityWeights()).isEmpty();
    assertThat(config.page().size()).isEqualTo(20);
    assertThat(config.page().maxSize()).isEqualTo(200);
    assertThat(config.page().maxServed()).isEqualTo(2000);
    assertThat(config.servedLog().enabled()).isFalse();
    assertThat(config.experiment().arm()).isEqualTo("default");
  }

  @Test
  void read_overridesFileByEnvironmentAndEnvironmentByOption() throws IOException {
    Path file = file("server:\n  port: 1\n  adminPort: 2\n  metricsPort: 3\nranking:\n");
    ServerConfig config =
        ConfigReader.read(
            file,
            Map.of(
                "UNIPIN_SERVER_ADMIN_PORT", "20",
                "UNIPIN_SERVER_METRICS_PORT", "30",
                "UNIPIN_CACHE_TIME_TO_LIVE", "90s",
                "UNIPIN_DATA", "elsewhere"),
            List.of("server.metricsPort=300", "ranking.utilityWeights={click: 0.5, hide: -2}"));
    assertThat(config.server().port()).isEqualTo(1);
    assertThat(config.server().adminPort()).isEqualTo(20);
    assertThat(config.server().metricsPort()).isEqualTo(300);
    assertThat(config.cache().timeToLive()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.ranking().utilityWeights())
        .containsExactlyInAnyOrderEntriesOf(Map.of("click", 0.5f, "hide", -2f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          server:\\n  prot: 9 | server.yaml:2:3: server.prot: unknown key; known here are
          server:\\n  port: x | server.yaml:2:3: server.port: a whole number expected, got "x"
          server:\\n  port: 1.5 | server.yaml:2:3: server.port: a whole number expected, got 1.5
          server:\\n  port: 70000 | server.yaml:2:3: server.port: 0 to 65535 expected, got 70000
          server:\\n  port: ~ | server.yaml:2:3: server.port: a value expected, got nothing
          server: 5 | server.yaml:1:1: server: keys below it expected, got 5
          sever:\\n  port: 1 | server.yaml:1:1: sever: unknown key; known here are
          cache:\\n  timeToLive: soon | server.yaml:2:3: cache.timeToLive: a duration such as
          cache:\\n  timeToLive: 0s | server.yaml:2:3: cache.timeToLive: a duration longer than zero
          cache:\\n  budget: 1TB | server.yaml:2:3: cache.budget: a size such as 512MiB expected, got '1TB'
          cache:\\n  type: BF16 | server.yaml:2:3: cache.type: one of [FLOAT32, FLOAT16, INT8] expected
          engine:\\n  batchSize: 0 | server.yaml:2:3: engine.batchSize: 1 to 1024 expected, got 0
          engine:\\n  batchWait: 2s | server.yaml:2:3: engine.batchWait: 0 to 1 s expected, got PT2S
          engine:\\n  batchRows: 0 | server.yaml:2:3: engine.batchRows: 1 to 16777216 expected, got 0
          engine:\\n  device: gpu | server.yaml:2:3: engine.device: cpu, cuda or cuda:N expected, got gpu
          engine:\\n  device: [cuda] | server.yaml:2:3: engine.device: cpu, cuda or cuda:N expected, got ["cuda"]
          page:\\n  size: 0 | server.yaml:2:3: page.size: 1 to 200 expected, got 0
          ranking:\\n  utilityWeights:\\n    click: 1e9 | server.yaml:3:5: ranking.utilityWeights.click: a finite
          bundle:\\n  name: ../x | server.yaml:2:3: bundle.name: a name like
          server:\\n  port: 1\\n  port: 2 | server.yaml:3:
          server: [ | server.yaml:1:10: expected the node content, but found '<stream end>'
          server:\\n  adminprt: 1 | server.yaml:2:3: server.adminprt: unknown key; known here are [host, adminHost,
          engine:\\n  precision: INT_8 | server.yaml:2:3: engine.precision: one of [FLOAT32, FLOAT16, INT8] expected, got "INT_8"; did you mean 'INT8'?
          server:\\n  port: "20" | server.yaml:2:3: server.port: a whole number expected, got "20"
          server:\\n  port: 3000000000 | server.yaml:2:3: server.port: -2147483648 to 2147483647 expected, got 3000000000
          cache:\\n  type: 0 | server.yaml:2:3: cache.type: one of [FLOAT32, FLOAT16, INT8] expected, got 0
          cache:\\n  budget: 999999999999999GiB | server.yaml:2:3: cache.budget: a size below
          slate:\\n  blockedItems: [1, x] | server.yaml:2:21: slate.blockedItems[1]: a whole number expected, got "x"
          - 1 | server.yaml:1:1: keys such as 'server:' expected
          """)
  void read_wrongFile_namesLineColumnAndKey(String text, String message) throws IOException {
    Path file = file(text.replace("\\n", "\n"));
    assertThatThrownBy(() -> ConfigReader.read(file, Map.of(), List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          engine.precision=FLOAT16 | engine.precision: FLOAT32 or INT8 expected beside engine.device: cpu, got FLOAT16
          engine.device=cuda | engine.executor: BATCH expected beside engine.device: cuda, got WORKER
          engine.device=cuda:1 engine.precision=INT8 | engine.precision: FLOAT16 or FLOAT32 expected beside engine.device: cuda:1, got INT8
          engine.device=cuda engine.executor=BATCH engine.implementation=NATIVE | engine.implementation: PROGRAM or AUTO expected beside engine.device: cuda, got NATIVE
          engine.device=cuda engine.executor=BATCH cache.type=FLOAT16 | cache.type: FLOAT32 expected beside engine.device: cuda and engine.precision: FLOAT32, got FLOAT16
          engine.device=cuda engine.executor=BATCH engine.precision=FLOAT16 | cache.type: FLOAT16 expected beside engine.device: cuda and engine.precision: FLOAT16, got FLOAT32
          engine.device=cuda engine.executor=BATCH cache.file.path=tier | cache.file.path: no folder expected beside engine.device: cuda, got tier
          engine.device=cuda engine.executor=BATCH cache.remote=REDIS cache.redis.uri=redis://h:1 | cache.remote: NONE expected beside engine.device: cuda, got REDIS
          """)
  void read_settingThatTheDeviceCannotDo_namesBothSettings(String overrides, String message) {
    List<String> settings = List.of(overrides.split(" ", -1));
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith(message)
        .extracting(failure -> String.valueOf(failure.getMessage()).lines().count())
        .isEqualTo(1L);
  }

  @Test
  void options_ofACard_areThoseOfTheSettings() {
    ServerConfig config =
        ConfigReader.read(
            Map.of("UNIPIN_ENGINE_DEVICE", "cuda:1"),
            List.of(
                "engine.executor=BATCH",
                "engine.precision=FLOAT16",
                "engine.implementation=AUTO",
                "engine.batchSize=64",
                "engine.batchRows=1000",
                "cache.type=FLOAT16"));
    EngineOptions options = config.engine().options();
    assertThat(options.device()).isEqualTo(EngineDevice.cuda(1));
    assertThat(options.precision()).isEqualTo(Precision.FLOAT16);
    assertThat(options.executor()).isEqualTo(Executor.BATCH);
    assertThat(options.batchSize()).isEqualTo(64);
    assertThat(options.batchRows()).isEqualTo(1000);
    assertThat(ConfigReader.defaults().engine().options()).isEqualTo(EngineOptions.cpu());
  }

  @Test
  void read_wrongOverride_namesIt() {
    assertThatThrownBy(() -> ConfigReader.read(Map.of("UNIPIN_SERVER_PORT", "x"), List.of()))
        .hasMessage("UNIPIN_SERVER_PORT: server.port: a whole number expected, got \"x\"");
    assertThatThrownBy(() -> ConfigReader.read(Map.of("UNIPIN_SERVER_PROT", "1"), List.of()))
        .hasMessageStartingWith("UNIPIN_SERVER_PROT: no such setting")
        .hasMessageEndingWith("; did you mean 'UNIPIN_SERVER_PORT'?");
    assertThatThrownBy(() -> ConfigReader.read(Map.of("UNIPIN_SERVER_PORT", "\"20\""), List.of()))
        .hasMessage("UNIPIN_SERVER_PORT: server.port: a whole number expected, got \"20\"");
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), List.of("server.port=1.5")))
        .hasMessage("--set server.port: server.port: a whole number expected, got 1.5");
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), List.of("server.prot=1")))
        .hasMessageStartingWith("--set server.prot: server.prot: unknown key");
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), List.of("server.port")))
        .hasMessageStartingWith("--set: key=value expected");
  }

  @Test
  void read_settingThatIsNoMore_isToldWhatToDo() throws IOException {
    Path file = file("ranking:\n  dense: true\n");
    assertThatThrownBy(() -> ConfigReader.read(file, Map.of(), List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("server.yaml:2:3: ranking.dense: no setting any more: ");
    assertThatThrownBy(() -> ConfigReader.read(Map.of(), List.of("ranking.bundle=two")))
        .hasMessageStartingWith("--set ranking.bundle: ranking.bundle: no setting any more: ");
  }

  @Test
  void read_textWithoutQuotes_isTakenAsItIsWritten() {
    ServerConfig config =
        ConfigReader.read(Map.of("UNIPIN_HISTORY_FOLDER", "2022"), List.of("bundle.name=1.10"));
    assertThat(config.history().folder()).isEqualTo(Path.of("2022"));
    assertThat(config.bundle().name()).isEqualTo("1.10");
  }

  @Test
  void read_missingFile_saysSo() {
    assertThatThrownBy(() -> ConfigReader.read(folder.resolve("no.yaml"), Map.of(), List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("no.yaml: can't be read");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("server.yaml"), text);
  }
}
