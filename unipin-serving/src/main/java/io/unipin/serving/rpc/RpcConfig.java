package io.unipin.serving.rpc;

import static io.unipin.settings.SettingException.checkNotNegative;
import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.serving.rpc.intake.Intake;
import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the ports and of admission.
 *
 * @param adminHost address that the admin port is bound to; empty means {@code host}
 * @param metricsHost address that the metrics port is bound to; empty means {@code host}
 * @param port of the service and its health; 0 takes a free one
 * @param adminPort of administration, health and reflection; 0 takes a free one
 * @param metricsPort of the HTTP endpoint with metrics and health; 0 takes a free one
 * @param workers requests worked on at once; 0 means one per core
 * @param queue requests that may wait for a worker before the next is refused
 * @param maxReceiving bytes of requests that are being received, read or answered, of all connections together
 * @param maxResets calls that one connection may cancel within 30 seconds, those whose deadline passes too, before it is
 *     closed
 * @param reflection whether the service's port describes its API; the admin port always does
 * @param stopDelay how long a stop that health speaks of already goes on taking calls
 * @param drain how long a stop waits for requests in flight
 */
public record RpcConfig(
    String host,
    String adminHost,
    String metricsHost,
    int port,
    int adminPort,
    int metricsPort,
    int workers,
    int queue,
    ByteSize maxMessage,
    ByteSize maxReceiving,
    int maxConcurrentCallsPerConnection,
    int maxResets,
    boolean reflection,
    Duration stopDelay,
    Duration drain) {
  public RpcConfig {
    if (host.isBlank()) {
      throw new SettingException("host", "a host name or address expected, got nothing");
    }
    checkRange("port", port, 0, 65535);
    checkRange("adminPort", adminPort, 0, 65535);
    checkRange("metricsPort", metricsPort, 0, 65535);
    checkRange("workers", workers, 0, 1024);
    checkRange("queue", queue, 1, 65536);
    checkRange("maxMessage", maxMessage.bytes(), 1024, 16 << 20);
    checkRange(
        "maxReceiving", maxReceiving.bytes(), Intake.mostBytes(maxMessage.bytes()), 1L << 40);
    checkRange("maxConcurrentCallsPerConnection", maxConcurrentCallsPerConnection, 1, 65536);
    checkRange("maxResets", maxResets, 1, 1_000_000);
    checkNotNegative("stopDelay", stopDelay);
    checkPositive("drain", drain);
  }

  /** The address of the admin port, with empty replaced by that of the others. */
  public String adminAddress() {
    return adminHost.isBlank() ? host : adminHost;
  }

  /** The address of the metrics port, with empty replaced by that of the others. */
  public String metricsAddress() {
    return metricsHost.isBlank() ? host : metricsHost;
  }

  /** Workers, with 0 replaced by the number of cores. */
  public int workerThreads() {
    return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
  }
}
