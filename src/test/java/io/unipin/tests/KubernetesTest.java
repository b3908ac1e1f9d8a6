package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that the Kubernetes manifests fit the classes of Kubernetes' API, each other, and the
 * server.
 */
final class KubernetesTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final Path FOLDER = ROOT.resolve("docker").resolve("kubernetes");

  /** The kind of object that each manifest holds. */
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "autoscaler.yaml", HorizontalPodAutoscaler.class,
          "configmap.yaml", ConfigMap.class,
          "deployment.yaml", Deployment.class,
          "disruption.yaml", PodDisruptionBudget.class,
          "service.yaml", Service.class);

  private static final YAMLMapper YAML =
      YAMLMapper.builder().annotationIntrospector(new NoOtherFields()).build();

  @TempDir Path scratch;

  /**
   * Ignores the maps in which the API's classes keep unknown fields, so that such fields become
   * errors.
   */
  private static final class NoOtherFields extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }

  private static <T extends HasMetadata> T read(String name, Class<T> kind) throws IOException {
    T read = YAML.readValue(Files.readString(FOLDER.resolve(name)), kind);
    assertThat(read.getKind()).isEqualTo(HasMetadata.getKind(kind));
    assertThat(read.getApiVersion()).isEqualTo(HasMetadata.getApiVersion(kind));
    return read;
  }

  private static Deployment deployment() throws IOException {
    return read("deployment.yaml", Deployment.class);
  }

  private static PodSpec pod() throws IOException {
    return deployment().getSpec().getTemplate().getSpec();
  }

  private static Container container() throws IOException {
    assertThat(pod().getContainers()).hasSize(1);
    return pod().getContainers().get(0);
  }

  /** Reads the settings of the ConfigMap as a server does. */
  private ServerConfig settings() throws IOException {
    Path file = scratch.resolve("server.yaml");
    String settings = read("configmap.yaml", ConfigMap.class).getData().get("server.yaml");
    Files.writeString(file, Objects.requireNonNull(settings));
    return ConfigReader.read(file, Map.of(), List.of());
  }

  @Test
  void manifests_haveOnlyFieldsOfTheApi() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactlyInAnyOrderElementsOf(KINDS.keySet());
    }
    for (Map.Entry<String, Class<? extends HasMetadata>> manifest : KINDS.entrySet()) {
      assertThat(read(manifest.getKey(), manifest.getValue()).getMetadata().getName())
          .isEqualTo("unipin");
    }
  }

  @Test
  void field_thatTheApiDoesNotHave_isFound() throws IOException {
    for (String name : List.of("readinessProbe", "securityContext", "maxSkew", "defaultMode")) {
      String wrong =
          Files.readString(FOLDER.resolve("deployment.yaml")).replaceFirst(name, name + "s");
      assertThatThrownBy(() -> YAML.readValue(wrong, Deployment.class))
          .isInstanceOf(UnrecognizedPropertyException.class)
          .hasMessageContaining(name + "s");
    }
  }

  @Test
  void parts_selectTheReplicas() throws IOException {
    Deployment deployment = deployment();
    Map<String, String> labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    assertThat(labels).isNotEmpty();
    assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
    assertThat(pod().getTopologySpreadConstraints())
        .allSatisfy(
            spread -> assertThat(spread.getLabelSelector().getMatchLabels()).isEqualTo(labels));
    Service service = read("service.yaml", Service.class);
    assertThat(service.getSpec().getSelector()).isEqualTo(labels);
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    PodDisruptionBudget budget = read("disruption.yaml", PodDisruptionBudget.class);
    assertThat(budget.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
    assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
  }

  @Test
  void autoscaler_scalesTheDeploymentByAMetricOfTheServer() throws IOException {
    HorizontalPodAutoscaler autoscaler = read("autoscaler.yaml", HorizontalPodAutoscaler.class);
    CrossVersionObjectReference target = autoscaler.getSpec().getScaleTargetRef();
    assertThat(target.getApiVersion()).isEqualTo(deployment().getApiVersion());
    assertThat(target.getKind()).isEqualTo(deployment().getKind());
    assertThat(target.getName()).isEqualTo(deployment().getMetadata().getName());
    assertThat(autoscaler.getSpec().getMinReplicas())
        .isEqualTo(deployment().getSpec().getReplicas())
        .isGreaterThan(1)
        .isLessThan(autoscaler.getSpec().getMaxReplicas());
    assertThat(autoscaler.getSpec().getMetrics()).hasSize(1);
    String name = autoscaler.getSpec().getMetrics().get(0).getPods().getMetric().getName();
    assertThat(name).isEqualTo("unipin_queue");
    try (ServingMetrics metrics = new ServingMetrics()) {
      metrics.admission().watch(() -> 1, () -> 2);
      assertThat(metrics.scrape()).containsPattern("(?m)^" + name + " ");
    }
  }

  @Test
  void ports_areThoseOfTheServer() throws IOException {
    ServerConfig config = settings();
    Map<String, Integer> ports =
        Map.of("feed", config.server().port(), "metrics", config.server().metricsPort());
    Map<String, Integer> open = new HashMap<>();
    for (ContainerPort port : container().getPorts()) {
      open.put(port.getName(), port.getContainerPort());
    }
    assertThat(open).as("administration and console stay closed").isEqualTo(ports);
    for (ServicePort port : read("service.yaml", Service.class).getSpec().getPorts()) {
      assertThat(port.getPort()).isEqualTo(ports.get(port.getTargetPort().getStrVal()));
    }
    for (Probe probe : List.of(container().getStartupProbe(), container().getReadinessProbe())) {
      assertThat(probe.getHttpGet().getPath()).isEqualTo("/healthz");
      assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("metrics");
    }
    assertThat(container().getLivenessProbe().getTcpSocket().getPort().getStrVal())
        .isEqualTo("metrics");
    assertThat(config.server().metricsHost()).as("probes come from outside").isEqualTo("0.0.0.0");
  }

  @Test
  void volumes_holdWhatTheSettingsName() throws IOException {
    ServerConfig config = settings();
    Map<String, Volume> volumes = new HashMap<>();
    pod().getVolumes().forEach(volume -> volumes.put(volume.getName(), volume));
    Map<Path, VolumeMount> mounts = new HashMap<>();
    for (VolumeMount mount : container().getVolumeMounts()) {
      mounts.put(Path.of(mount.getMountPath()), mount);
      assertThat(volumes).containsKey(mount.getName());
    }
    ConfigMap map = read("configmap.yaml", ConfigMap.class);
    VolumeMount file = Objects.requireNonNull(mounts.get(Path.of("/etc/unipin/server.yaml")));
    assertThat(map.getData()).containsKey(file.getSubPath());
    assertThat(Objects.requireNonNull(volumes.get(file.getName())).getConfigMap().getName())
        .isEqualTo(map.getMetadata().getName());
    assertThat(container().getArgs()).contains(file.getMountPath());
    assertThat(mounts).containsKeys(config.bundle().folder(), Path.of("/tmp"));
    assertThat(mounts)
        .containsKeys(
            config.history().folder().getParent(), config.kafka().spool().folder().getParent());
    secrets(config, volumes, mounts);
  }

  private static void secrets(
      ServerConfig config, Map<String, Volume> volumes, Map<Path, VolumeMount> mounts)
      throws IOException {
    String page = Files.readString(ROOT.resolve("docs").resolve("fleet.md"));
    for (String secret :
        List.of(
            config.security().tokens(),
            config.security().secretFile(),
            config.redis().passwordFile(),
            config.kafka().passwordFile())) {
      VolumeMount mount = Objects.requireNonNull(mounts.get(Path.of(secret).getParent()), secret);
      Volume volume = Objects.requireNonNull(volumes.get(mount.getName()));
      String name = volume.getSecret().getSecretName();
      assertThat(page).contains("kubectl create secret generic " + name + " ");
      assertThat(page).contains("--from-file=" + Path.of(secret).getFileName());
    }
    // The server demands that other users have no access to its secrets.
    Matcher mode =
        Pattern.compile("defaultMode: (0[0-7]+)")
            .matcher(Files.readString(FOLDER.resolve("deployment.yaml")));
    assertThat(mode.find()).isTrue();
    assertThat(Integer.parseInt(mode.group(1), 8) & 07).isZero();
  }

  @Test
  void settings_nameEveryTopic() throws IOException {
    ServerConfig config = settings();
    assertThat(FleetFilesTest.topics(config)).hasSizeGreaterThan(4).doesNotContain("");
    assertThat(new TreeSet<>(FleetFilesTest.topics(config)))
        .hasSameSizeAs(FleetFilesTest.topics(config));
  }

  @Test
  void pod_hasTimeToStopAndMemoryForTheServer() throws IOException {
    ServerConfig config = settings();
    long stop = config.server().stopDelay().plus(config.server().drain()).toSeconds();
    assertThat(pod().getTerminationGracePeriodSeconds()).isGreaterThan(stop);
    String options =
        container().getEnv().stream()
            .filter(variable -> variable.getName().equals("UNIPIN_JAVA_OPTIONS"))
            .map(EnvVar::getValue)
            .findFirst()
            .orElseThrow();
    double memory =
        gibibytes(options, "-Xmx(\\d+)g") + gibibytes(options, "MaxDirectMemorySize=(\\d+)g");
    Quantity limit = Objects.requireNonNull(container().getResources().getLimits().get("memory"));
    double bytes = Quantity.getAmountInBytes(limit).doubleValue();
    assertThat(memory * (1 << 30)).isLessThan(bytes * 0.8);
    assertThat(container().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
  }

  private static double gibibytes(String options, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(options);
    assertThat(found.find()).as("%s in %s", pattern, options).isTrue();
    return Double.parseDouble(found.group(1));
  }
}
