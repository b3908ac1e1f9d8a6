package io.unipin.serving.rpc;

import static io.unipin.settings.SettingException.checkNotNegative;
import static io.unipin.settings.SettingException.checkPositive;
import static io.unipin.settings.SettingException.checkRange;

import io.unipin.serving.rpc.intake.Intake;
import io.unipin.settings.ByteSize;
import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of the ports and the workers: the section {@code server} of a server's settings. This
 * section also has the address of the metrics.
 *
 * @param adminHost address to which the admin port is bound; empty means {@code host}
 * @param metricsHost address to which the metrics port is bound; empty means {@code host}
 * @param port port of the service and its health; 0 takes a free port
 * @param adminPort port of administration, health and reflection; 0 takes a free port
 * @param metricsPort port of the HTTP endpoint with metrics and health; 0 takes a free port
 * @param workers number of requests that run at the same time; 0 means one request per core
 * @param queue number of requests that may wait for a worker; further requests are refused. A copy
 *     for the shadow may wait only if the queue is less than half full (see {@link
 *     io.unipin.serving.admission.Priority})
 * @param maxReceiving largest number of bytes of all requests, on all connections, that are being
 *     received, read or answered
 * @param maxResets number of calls that one connection may cancel within 30 seconds before the
 *     connection is closed; calls whose deadline passes count as cancelled
 * @param reflection whether the service's port describes its API; the admin port always does
 * @param stopDelay time for which a stopping server still accepts calls after its health reports
 *     the stop
 * @param drain time for which a stop waits for running requests
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

  /**
   * Returns the address of the admin port: {@code adminHost}, or {@code host} if {@code adminHost}
   * is blank.
   */
  public String adminAddress() {
    return adminHost.isBlank() ? host : adminHost;
  }

  /**
   * Returns the address of the metrics port: {@code metricsHost}, or {@code host} if {@code
   * metricsHost} is blank.
   */
  public String metricsAddress() {
    return metricsHost.isBlank() ? host : metricsHost;
  }

  /** Returns the number of workers: the setting, or the number of cores if the setting is 0. */
  public int workerThreads() {
    return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
  }
}
