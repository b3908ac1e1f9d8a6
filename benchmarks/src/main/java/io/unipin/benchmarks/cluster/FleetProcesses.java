package io.unipin.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Equal replicas that share a Redis and a secret. Not thread-safe. */
final class FleetProcesses implements AutoCloseable {
  private static final int SECRET_BYTES = 32;

  private final Path bundle;
  private final List<ReplicaProcess> replicas;

  private FleetProcesses(Path bundle, List<ReplicaProcess> replicas) {
    this.bundle = bundle;
    this.replicas = replicas;
  }

  /**
   * Starts replicas, one after the other.
   *
   * @param folder folder of the fleet; each replica has a folder of its own below it
   * @param settings settings of all replicas
   */
  static FleetProcesses start(Path folder, Path bundle, int count, List<String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<String> all = new ArrayList<>(settings);
    all.add("security.secretFile=\"" + secret(folder) + '"');
    List<ReplicaProcess> replicas = new ArrayList<>();
    FleetProcesses fleet = new FleetProcesses(bundle, replicas);
    boolean ready = false;
    try {
      for (int i = 0; i < count; i++) {
        ReplicaProcess replica = new ReplicaProcess(folder.resolve("replica-" + i), all);
        replicas.add(replica);
        replica.start(bundle);
      }
      ready = true;
      return fleet;
    } finally {
      if (!ready) {
        fleet.close();
      }
    }
  }

  /** Writes a file with a random secret that only its owner can read. */
  private static Path secret(Path folder) throws IOException {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    Path file = folder.resolve("secret");
    Files.writeString(file, Base64.getEncoder().encodeToString(secret) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  List<ReplicaProcess> replicas() {
    return List.copyOf(replicas);
  }

  ReplicaProcess replica(int index) {
    return replicas.get(index);
  }

  Path bundle() {
    return bundle;
  }

  /** Returns all addresses as a client takes them. */
  String addresses() {
    return replicas.stream().map(ReplicaProcess::address).collect(Collectors.joining(","));
  }

  void keep() {
    replicas.forEach(ReplicaProcess::keep);
  }

  @Override
  public void close() {
    replicas.forEach(ReplicaProcess::close);
  }
}
