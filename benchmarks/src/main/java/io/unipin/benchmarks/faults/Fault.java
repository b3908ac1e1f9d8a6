package io.unipin.benchmarks.faults;

/** What a {@link TcpProxy} does to connections. */
public enum Fault {
  /** Passes all bytes on at once. */
  NONE,
  /** Passes bytes on after a random time. */
  DELAY,
  /**
   * Closes all connections in the ordinary way (FIN), and each new connection as soon as it is
   * open.
   */
  CUT,
  /** Passes no bytes on, but keeps all connections open. Bytes wait until the fault ends. */
  HALF_OPEN,
  /** Resets all connections (RST), and each new connection as soon as it is open. */
  RESET
}
