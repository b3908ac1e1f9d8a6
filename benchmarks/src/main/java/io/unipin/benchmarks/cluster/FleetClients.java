package io.unipin.benchmarks.cluster;

import io.unipin.client.UniPinClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How callers reach the replicas of a fleet. Thread-safe.
 *
 * @param pages clients for pages, which are used in turn; a call ends after a second
 * @param records clients for recorded actions, which are used in turn; a call ends after ten
 *     seconds
 */
record FleetClients(List<UniPinClient> pages, List<UniPinClient> records, AtomicInteger turn)
    implements AutoCloseable {
  private static final Duration PAGE_DEADLINE = Duration.ofSeconds(1);
  private static final Duration RECORD_DEADLINE = Duration.ofSeconds(10);

  /** Connects one client to all replicas. It sends each user's calls to the user's replica. */
  static FleetClients byUser(FleetProcesses fleet) {
    return of(List.of(fleet.addresses()));
  }

  /** Connects a client to each replica. Calls go to the replicas in turn. */
  static FleetClients inTurn(FleetProcesses fleet) {
    return of(fleet.replicas().stream().map(ReplicaProcess::address).toList());
  }

  private static FleetClients of(List<String> addresses) {
    return new FleetClients(
        addresses.stream().map(to -> UniPinClient.connect(to, PAGE_DEADLINE)).toList(),
        addresses.stream().map(to -> UniPinClient.connect(to, RECORD_DEADLINE)).toList(),
        new AtomicInteger());
  }

  UniPinClient forPages() {
    return pages.get(Math.floorMod(turn.getAndIncrement(), pages.size()));
  }

  UniPinClient forRecords() {
    return records.get(Math.floorMod(turn.getAndIncrement(), records.size()));
  }

  @Override
  public void close() {
    pages.forEach(UniPinClient::close);
    records.forEach(UniPinClient::close);
  }
}
