package io.unipin.client;

import java.util.List;
import java.util.Optional;

/** Tells the names of a fleet's replicas. Each name is {@code host:port}. Thread-safe. */
interface FleetNames extends AutoCloseable {
  /** Returns the names that the fleet has at the beginning. */
  List<String> first();

  /** Returns the names if they changed since the last time they were returned. */
  Optional<List<String>> changed();

  /** Stops looking for new names. Idempotent. */
  @Override
  void close();

  /** Returns names that never change. */
  static FleetNames fixed(List<String> names) {
    List<String> fixed = List.copyOf(names);
    return new FleetNames() {
      @Override
      public List<String> first() {
        return fixed;
      }

      @Override
      public Optional<List<String>> changed() {
        return Optional.empty();
      }

      @Override
      public void close() {}
    };
  }
}
