package io.unipin.serving.checks;

import io.unipin.model.EngineDevice;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceException;
import io.unipin.serving.settings.ServerConfig;
import io.unipin.settings.ByteSize;
import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks memory, ports and folders before a bundle is loaded. It refuses settings that can't work
 * on this machine. Each refusal is one line that names the setting.
 */
public final class StartChecks {
  private static final Logger logger = LoggerFactory.getLogger(StartChecks.class);

  /** Number of log segments for which the disk should have room. */
  private static final int SEGMENTS = 4;

  private final ServerConfig config;

  public StartChecks(ServerConfig config) {
    this.config = config;
  }

  /** A port with the name of its setting. */
  private record Port(String key, String host, int number) {
    boolean meets(Port other) {
      return number != 0
          && number == other.number
          && (host.equals(other.host) || isAny(host) || isAny(other.host));
    }

    private static boolean isAny(String host) {
      return host.equals("0.0.0.0") || host.equals("::");
    }
  }

  /**
   * Checks the engine's device, memory, folders, files and ports. Warns if a disk has little free
   * space.
   *
   * @throws ConfigException when a setting can't work; the message names the first such setting
   */
  public void require() {
    requireDevice();
    requireMemory(DirectMemory.maxBytes());
    requireFolders();
    requireFiles();
    requirePorts();
    warnOfLittleSpace();
  }

  /**
   * Checks that the engine can compute on the device. Runs before the checks of folders, files and
   * ports.
   */
  private void requireDevice() {
    EngineDevice device = config.engine().device();
    if (!device.isCpu()) {
      try {
        DeviceCheck.require(device);
      } catch (DeviceException e) {
        throw new ConfigException("engine.device: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Checks memory outside the heap. The cache allocates this memory slab by slab, so a budget that
   * is too large would fail only hours after the start. On a graphics card, the cache allocates all
   * its memory at the start, so a budget that is too large fails at once.
   */
  void requireMemory(long direct) {
    if (!config.engine().device().isCpu()) {
      return;
    }
    long transients = config.cache().transientBudget().bytes();
    long shadow = 0;
    if (config.shadow().enabled()) {
      shadow = config.shadow().budget().bytes() + config.shadow().transientBudget().bytes();
    }
    long models = ModelMemory.bytes(config);
    long left = direct - transients - shadow - models;
    if (config.cache().budget().bytes() > left) {
      throw new ConfigException(
          ("cache.budget: with cache.transientBudget %s%s%s at most %s MiB expected, for the"
                  + " process may take %s MiB of direct memory (-XX:MaxDirectMemorySize), got %s")
              .formatted(
                  config.cache().transientBudget(),
                  shadow == 0 ? "" : " and the shadow's " + new ByteSize(shadow),
                  models == 0
                      ? ""
                      : String.format(Locale.ROOT, " and %.1f MiB of models", models / 0x1p20),
                  Math.max(0, left) >> 20,
                  direct >> 20,
                  config.cache().budget()));
    }
  }

  private List<Port> ports() {
    List<Port> ports = new ArrayList<>();
    String host = config.server().host();
    ports.add(new Port("server.port", host, config.server().port()));
    ports.add(
        new Port("server.adminPort", config.server().adminAddress(), config.server().adminPort()));
    ports.add(
        new Port(
            "server.metricsPort", config.server().metricsAddress(), config.server().metricsPort()));
    if (config.json().enabled()) {
      ports.add(new Port("json.port", host, config.json().port()));
      ports.add(
          new Port("json.adminPort", config.server().adminAddress(), config.json().adminPort()));
    }
    if (config.console().enabled()) {
      ports.add(new Port("console.port", config.console().host(), config.console().port()));
    }
    return ports;
  }

  /** Checks that this process can read the files that Kafka's client needs. */
  private void requireFiles() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("kafka.authorities", config.kafka().authorities());
    files.put("kafka.passwordFile", config.kafka().passwordFile());
    files.forEach(
        (key, file) -> {
          if (!file.isEmpty() && !Files.isReadable(Path.of(file))) {
            throw refused(key, "a file that can be read", file);
          }
        });
  }

  private void requirePorts() {
    List<Port> ports = ports();
    for (int i = 0; i < ports.size(); i++) {
      for (Port earlier : ports.subList(0, i)) {
        if (ports.get(i).meets(earlier)) {
          throw new ConfigException(
              "%s: another port than that of %s expected, got %s"
                  .formatted(ports.get(i).key(), earlier.key(), earlier.number()));
        }
      }
      requireFree(ports.get(i));
    }
  }

  /**
   * Checks a port by opening it briefly. Another process may still take the port before the server
   * opens it. The server then reports the taken port itself.
   */
  private static void requireFree(Port port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(port.host()), port.number()));
    } catch (UnknownHostException e) {
      throw new ConfigException(
          "%s: a host of this machine expected, got '%s'".formatted(port.key(), port.host()), e);
    } catch (IOException e) {
      throw new ConfigException(
          "%s: a free port of %s expected, got %s: %s"
              .formatted(port.key(), port.host(), port.number(), reason(port.number(), e)),
          e);
    }
  }

  /** Returns why a port can't be opened, and which process has the port, as far as is known. */
  private static String reason(int port, IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("in use")
        ? PortHolder.of(port)
            .map(holder -> "taken by " + holder)
            .orElse("taken by a process that this user can't see (sudo ss -ltnp shows it)")
        : message;
  }

  /** Returns the folders that the server writes into, by the names of their settings. */
  private Map<String, Path> folders() {
    Map<String, Path> folders = new LinkedHashMap<>();
    folders.put("history.folder", config.history().folder());
    folders.put("items.folder", config.itemsFolder());
    if (config.counts().isReloadable()) {
      folders.put("counts.kept", config.countsFolder());
    }
    if (config.explores()) {
      folders.put("impressions.folder", config.impressionsFolder());
    }
    if (config.cache().file().isEnabled()) {
      folders.put("cache.file.path", config.cache().file().path());
    }
    if (config.audit().enabled()) {
      folders.put("audit.folder", config.auditFolder());
    }
    if (config.servedLog().enabled()) {
      folders.put("servedLog.folder", config.servedLog().folder());
    }
    if (config.exposureLog().enabled() && !config.experiments().layers().isEmpty()) {
      folders.put("exposureLog.folder", config.exposureLog().folder());
    }
    if (config.kafka().topics().hasLogs()) {
      folders.put("kafka.spool.folder", config.kafka().spool().folder());
    }
    folders.replaceAll((key, folder) -> folder.toAbsolutePath().normalize());
    return folders;
  }

  private void requireFolders() {
    Map<String, Path> earlier = new LinkedHashMap<>();
    Path bundles = config.bundle().folder().toAbsolutePath().normalize();
    earlier.put("bundle.folder", bundles);
    if (config.counts().isReloadable()) {
      earlier.put("counts.folder", config.counts().folder().toAbsolutePath().normalize());
    }
    folders()
        .forEach(
            (key, folder) -> {
              WritablePlace.problem(folder)
                  .ifPresent(
                      problem -> {
                        throw refused(key, "a folder to write into", folder + ": " + problem);
                      });
              earlier.forEach((other, place) -> requireApart(key, folder, other, place));
              earlier.put(key, folder);
              if (isInABundle(folder, bundles)) {
                throw refused(key, "a folder outside of bundles", folder.toString());
              }
            });
  }

  /**
   * Checks that two stores do not share a folder, because each store would treat the files of the
   * other store as its own. Only bundles may lie beside other files.
   */
  private static void requireApart(String key, Path folder, String other, Path place) {
    boolean nested = folder.startsWith(place) || place.startsWith(folder);
    boolean same = folder.equals(place);
    if (other.equals("bundle.folder") ? same : nested) {
      throw refused(key, "a folder apart from that of " + other, folder.toString());
    }
  }

  private static boolean isInABundle(Path folder, Path bundles) {
    if (!folder.startsWith(bundles) || folder.equals(bundles)) {
      return false;
    }
    Path first = bundles.resolve(folder.getName(bundles.getNameCount()));
    return Files.isRegularFile(first.resolve("manifest.json"));
  }

  private static ConfigException refused(String key, String expected, String got) {
    return new ConfigException("%s: %s expected, got %s".formatted(key, expected, got));
  }

  /**
   * Warns when there is little space for logs. The server starts anyway, because it can serve
   * without its logs.
   */
  private void warnOfLittleSpace() {
    Map<String, Path> folders = folders();
    Map<String, Long> needs = new LinkedHashMap<>();
    needs.put("servedLog.folder", SEGMENTS * config.servedLog().segment().bytes());
    needs.put("exposureLog.folder", SEGMENTS * config.exposureLog().segment().bytes());
    needs.put("kafka.spool.folder", 2 * config.kafka().spool().maxBytes().bytes());
    needs.forEach(
        (key, bytes) -> {
          Path folder = folders.get(key);
          if (folder != null) {
            WritablePlace.freeBytes(folder)
                .ifPresent(
                    free -> {
                      if (free < bytes) {
                        logger.warn(
                            "{}: {} MiB free, {} MiB expected: entries are lost once the disk is"
                                + " full",
                            key,
                            free >> 20,
                            bytes >> 20);
                      }
                    });
          }
        });
  }
}
