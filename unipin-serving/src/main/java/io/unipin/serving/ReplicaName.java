package io.unipin.serving;

import io.unipin.serving.rpc.RpcConfig;
import io.unipin.serving.settings.ServerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Makes the name that a server has among the replicas of its fleet. */
final class ReplicaName {
  private ReplicaName() {}

  /** Returns {@code fleet.name}, or the {@link #place} if this setting is empty. */
  static String of(ServerConfig config) {
    String name = config.fleet().name();
    return name.isEmpty() ? place(config.server()) : name;
  }

  /**
   * Returns the machine's host name and the server's port. If the port is not fixed, the process id
   * takes its place.
   */
  static String place(RpcConfig config) {
    String place =
        config.port() == 0
            ? "process-" + ProcessHandle.current().pid()
            : Integer.toString(config.port());
    return host(config) + ":" + place;
  }

  private static String host(RpcConfig config) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return config.host(); // the machine's own name resolves to no address
    }
  }
}
