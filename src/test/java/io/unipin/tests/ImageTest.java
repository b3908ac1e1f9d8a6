package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.unipin.client.ClientSecurity;
import io.unipin.client.UniPinClient;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the content of the container image. The test copies it to an empty folder and starts the
 * server there. It does not build the image, so it needs no container engine.
 */
@Timeout(120)
final class ImageTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Path DOCKER = ROOT.resolve("docker");
  private static final int SIGTERM_EXIT = 143;

  private static final String TOKEN = "a token of the feed";

  @TempDir Path folder;

  @Test
  void layout_inABareFolder_servesAndStops() throws Exception {
    Path image = folder.resolve("opt");
    run(DOCKER.resolve("layout.sh").toString(), image.toString(), classpath());
    assertThat(image.resolve("lib/unipin-serving.jar")).isNotEmptyFile();
    TinyServer.publish(folder);
    Path home = Files.createDirectories(folder.resolve("home"));
    Path ports = folder.resolve("ports.json");
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, TokenTable.line(Set.of(Role.SERVE), TOKEN));
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(image.resolve("bin/serve").toString(), "--ports", ports.toString()));
    command.addAll(List.of("--config", DOCKER.resolve("server.yaml").toString()));
    for (String setting : TinyServer.settings(folder)) {
      command.addAll(List.of("--set", setting));
    }
    Path served = folder.resolve("zo\u00eb");
    command.addAll(List.of("--set", "servedLog.folder=" + served));
    command.addAll(List.of("--set", "security.tokens=" + tokens));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.redirectError(log.toFile()).redirectOutput(folder.resolve("out").toFile());
    builder.environment().clear();
    builder.environment().put("HOME", home.toString());
    builder
        .environment()
        .put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin");
    builder.environment().put("DJL_CACHE_DIR", System.getenv("DJL_CACHE_DIR"));
    builder.environment().put("UNIPIN_JAVA_OPTIONS", "-Xmx256m -XX:TieredStopAtLevel=1");
    Process server = builder.start();
    try {
      while (!Files.exists(ports)) {
        assertThat(server.waitFor(20, TimeUnit.MILLISECONDS)).as(Files.readString(log)).isFalse();
      }
      JsonNode open = new ObjectMapper().readTree(ports.toFile());
      String healthy = image.resolve("bin/healthy").toString();
      run(healthy, open.get("metricsPort").asText());
      String address = "127.0.0.1:" + open.get("port").asInt();
      ClientSecurity security = new ClientSecurity(null, null, null, TOKEN);
      try (UniPinClient client = UniPinClient.connect(address, security)) {
        assertThat(client.retrieveAndRank(TinyServer.request(7)).getItemsList()).hasSize(10);
      }
      assertThat(served).as("named in an environment without a locale").isDirectory();
      server.destroy();
      assertThat(server.waitFor()).isEqualTo(SIGTERM_EXIT);
      assertThat(new ProcessBuilder(healthy, open.get("metricsPort").asText()).start().waitFor())
          .isNotZero();
    } finally {
      server.destroyForcibly();
    }
    assertThat(Files.readAllLines(log)).isNotEmpty().allMatch(ImageTest::isLogLine);
    assertThat(Files.readString(log)).contains("\"stopped\"");
  }

  private static boolean isLogLine(String line) {
    try {
      return new ObjectMapper().readTree(line).has("formattedMessage");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns what the server needs to run: the compiled classes of this project's modules and the
   * jars of other projects.
   */
  private static String classpath() throws IOException {
    Stream<String> ours =
        Modules.IMAGE.stream()
            .map(module -> ROOT.resolve(module).resolve("target/classes").toString());
    String all = Files.readString(ROOT.resolve("cli/target/classpath.txt"));
    Stream<String> others =
        Pattern.compile(":")
            .splitAsStream(all.strip())
            .filter(entry -> !entry.startsWith(ROOT + "/"));
    return Stream.concat(ours, others).collect(Collectors.joining(":"));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command[0], output).isZero();
  }

  @Test
  void settings_areOnesThatTheServerTakes() {
    ServerConfig config = ConfigReader.read(DOCKER.resolve("server.yaml"), Map.of(), List.of());
    assertThat(config.server().host()).isEqualTo("0.0.0.0");
    assertThat(config.security().tokens()).isEqualTo("/run/secrets/tokens");
  }

  @Test
  void compose_namesWhatThereIs() throws IOException {
    JsonNode compose = new YAMLMapper().readTree(DOCKER.resolve("compose.yaml").toFile());
    JsonNode unipin = compose.path("services").path("unipin");
    assertThat(DOCKER.resolve(unipin.at("/build/context").asText()).normalize()).isEqualTo(ROOT);
    assertThat(ROOT.resolve(unipin.at("/build/dockerfile").asText())).exists();
    ServerConfig defaults = ConfigReader.defaults();
    String dockerfile = Files.readString(DOCKER.resolve("Dockerfile"));
    assertThat(dockerfile)
        .contains(
            "EXPOSE %d %d %d"
                .formatted(
                    defaults.server().port(),
                    defaults.server().metricsPort(),
                    defaults.console().port()));
    assertThat(dockerfile.indexOf("\nUSER unipin")).isBetween(0, dockerfile.indexOf("ENTRYPOINT"));
    assertThat(unipin.path("ports").toString())
        .contains("127.0.0.1:%1$d:%1$d".formatted(defaults.console().port()));
    assertThat(Files.readString(DOCKER.resolve("prometheus/prometheus.yml")))
        .contains("unipin:" + defaults.server().metricsPort());
  }

  /**
   * The image, {@code ./unipin gpu setup} and the Maven build must name the same version of
   * libtorch.
   */
  @Test
  void gpuImage_hasTheLibtorchOfTheBuild() throws IOException {
    Matcher version =
        Pattern.compile("<libtorch.version>(.*)</libtorch.version>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    String script = Files.readString(ROOT.resolve("bin/gpu.sh"));
    assertThat(script).contains("GPU_TORCH=" + version.group(1) + "\n", "GPU_FLAVOR=cu128\n");
    String image = Files.readString(DOCKER.resolve("Dockerfile.gpu"));
    assertThat(image)
        .contains("/cu128/", "deps-" + version.group(1) + "%2Bcu128.zip", "PYTORCH_FLAVOR=cu128");
    assertThat(System.getProperty("java.class.path"))
        .contains("pytorch-jni-" + version.group(1) + "-");
  }

  @Test
  void grafana_findsDataSourceAndDashboards() throws IOException {
    String compose = Files.readString(DOCKER.resolve("compose.yaml"));
    Path provisioning = DOCKER.resolve("grafana/provisioning");
    JsonNode boards =
        new YAMLMapper().readTree(provisioning.resolve("dashboards/unipin.yml").toFile());
    String path = boards.at("/providers/0/options/path").asText();
    assertThat(compose).contains("./grafana/dashboards:" + path + ":ro");
    JsonNode sources =
        new YAMLMapper().readTree(provisioning.resolve("datasources/prometheus.yml").toFile());
    assertThat(sources.at("/datasources/0/url").asText()).isEqualTo("http://prometheus:9090");
    try (Stream<Path> files = Files.list(DOCKER.resolve("grafana/dashboards"))) {
      List<Path> dashboards = files.toList();
      assertThat(dashboards).hasSize(3);
      for (Path file : dashboards) {
        JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
        assertThat(dashboard.path("uid").asText() + ".json")
            .isEqualTo(file.getFileName().toString());
        List<Integer> ids = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> ids.add(panel.path("id").asInt()));
        assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(7);
      }
    }
  }
}
