package io.unipin.benchmarks.faults;

/** What a {@link TcpProxy} does to connections. */
public enum Fault {
  /** Passes all bytes on at once. */
  NONE,
  /** Passes bytes on after a random time. */
  DELAY,
  /** Ends all connections in the ordinary way, and each new one as soon as it is open. */
  CUT,
  /** Passes no bytes on, but keeps all connections open. Bytes wait until the fault ends. */
  HALF_OPEN,
  /** Ends all connections with a reset (RST), and each new one as soon as it is open. */
  RESET
}
