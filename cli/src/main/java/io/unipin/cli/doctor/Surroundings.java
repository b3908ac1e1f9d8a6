package io.unipin.cli.doctor;

import io.unipin.cli.console.Home;
import io.unipin.cli.console.Machine;
import io.unipin.serving.checks.PortHolder;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Checks disk, ports, packages, engine and device. */
final class Surroundings {
  private static final long GIB = 1L << 30;
  private static final long LEAST_BYTES = 4 * GIB;

  /** Folders in which the linker of a build finds libraries. */
  private static final List<String> LIBRARIES = List.of("usr/lib", "usr/lib64", "usr/local/lib");

  private final Home home;
  private final Sight sight;
  private final List<Path> searched;

  /**
   * Creates checks.
   *
   * @param searched folders that are searched for programs
   */
  Surroundings(Home home, Sight sight, List<Path> searched) {
    this.home = home;
    this.sight = sight;
    this.searched = List.copyOf(searched);
  }

  List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    checks.add(disk());
    checks.add(ports());
    checks.add(packages());
    checks.add(engine());
    checks.add(device());
    return checks;
  }

  private Check disk() {
    Path place = home.work("");
    try {
      Path existing = Files.exists(place) ? place : home.root();
      FileStore store = Files.getFileStore(existing);
      String found =
          String.format(
              Locale.ROOT,
              "%.1f GiB free for %s (%s)",
              (double) store.getUsableSpace() / GIB,
              existing,
              store.type());
      if (!Files.isWritable(existing)) {
        return Check.broken("disk", found, "the folder can't be written: change its owner");
      }
      if (store.type().equals("tmpfs")) {
        return Check.slower("disk", found, "the files of histories and bundles take memory");
      }
      return store.getUsableSpace() < LEAST_BYTES
          ? Check.slower("disk", found, "a build, bundles and logs take up to 4 GiB")
          : Check.ok("disk", found);
    } catch (IOException e) {
      return Check.broken("disk", String.valueOf(e.getMessage()), place + " can't be examined");
    }
  }

  private static Check ports() {
    ServerConfig config = ConfigReader.defaults();
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("server.port", config.server().port());
    ports.put("server.adminPort", config.server().adminPort());
    ports.put("server.metricsPort", config.server().metricsPort());
    ports.put("console.port", config.console().port());
    List<String> used = new ArrayList<>();
    ports.forEach(
        (setting, port) -> {
          if (!isFree(port)) {
            String holder = PortHolder.of(port).map(process -> ", " + process).orElse("");
            used.add(port + " (" + setting + holder + ")");
          }
        });
    return used.isEmpty()
        ? Check.ok("ports", "the default ports are free: " + ports.values())
        : Check.slower(
            "ports",
            "in use: " + String.join(", ", used),
            "a server with default settings can't start: end the other program"
                + " (ss -ltnp shows it), or set another port; 0 takes a free one");
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Check packages() {
    List<String> missing = new ArrayList<>();
    for (String program : List.of("mvn", "g++", "cmake", "make")) {
      if (searched.stream().noneMatch(folder -> Files.isExecutable(folder.resolve(program)))) {
        missing.add(program);
      }
    }
    if (!sight.exists("usr/include/faiss/IndexHNSW.h")
        && !sight.exists("usr/local/include/faiss/IndexHNSW.h")) {
      missing.add("libfaiss-dev");
    }
    if (LIBRARIES.stream().noneMatch(folder -> sight.holds(folder, "libopenblas.a"))) {
      missing.add("libopenblas-dev");
    }
    Machine machine = Machine.describe();
    String found = "JDK " + machine.jdk() + ", FAISS " + machine.faiss();
    return missing.isEmpty()
        ? Check.ok("packages", found)
        : Check.slower(
            "packages",
            found + "; missing: " + String.join(", ", missing),
            "what is built runs, and a build of changed sources fails:"
                + " ./unipin installs them as root");
  }

  private static Check engine() {
    Machine machine = Machine.describe();
    return machine.libtorch().equals("unknown")
        ? Check.broken(
            "engine",
            "no libtorch on the class path",
            "nothing can be trained or served: build again with ./unipin --help")
        : Check.ok("engine", "libtorch " + machine.libtorch());
  }

  /**
   * Tells whether a card can be used. This requires a driver, and the file {@code gpu.env} that
   * {@code ./unipin gpu setup} writes.
   */
  private Check device() {
    boolean driver = sight.exists("proc/driver/nvidia/version");
    boolean prepared = Files.exists(home.work("gpu.env"));
    if (prepared && driver) {
      return Check.ok(
          "device", "an NVIDIA driver, and libraries for it: ./unipin gpu check computes there");
    }
    if (prepared) {
      return Check.broken(
          "device",
          "libraries of CUDA in " + home.work("gpu.env") + ", but no NVIDIA driver",
          "engine.device: cuda can't serve: install the driver, or remove the file");
    }
    return driver
        ? Check.slower(
            "device",
            "an NVIDIA driver, which is not used",
            "training and serving run on the processor until ./unipin gpu setup prepares the card")
        : Check.ok("device", "the processor; no accelerator was found");
  }
}
