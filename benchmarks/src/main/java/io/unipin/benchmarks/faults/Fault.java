package io.unipin.benchmarks.faults;

/** A disturbance of connections that a {@link TcpProxy} makes. */
public enum Fault {
  /** Passes all bytes on at once. */
  NONE,
  /** Passes bytes on after a random time. */
  DELAY,
  /**
   * Closes all open connections in the ordinary way (FIN). Closes each new connection in the same
   * way as soon as it is open.
   */
  CUT,
  /** Passes no bytes on, but keeps all connections open. Bytes wait until the fault ends. */
  HALF_OPEN,
  /** Resets all open connections (RST). Resets each new connection as soon as it is open. */
  RESET
}
