package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.channel.Channel;

/**
 * Asks a connection for the parts of requests, one by one. Only the connection's thread uses this
 * class.
 */
final class Reads {
  private final Channel channel;

  /** Whether this class has asked for a part that has not arrived yet. */
  private boolean asked;

  /** Whether {@link #next} is running. */
  private boolean running;

  /** Whether the running {@link #next} must ask once more. */
  private boolean again;

  Reads(Channel channel) {
    this.channel = channel;
  }

  /**
   * Asks for the next part of a request. A part that has already arrived is delivered during this
   * call, and its receiver calls this method again. Because of the loop, the depth of the stack
   * does not grow with the number of parts.
   */
  void next() {
    if (asked) {
      return;
    }
    asked = true;
    again = running;
    if (!running) {
      running = true;
      do {
        again = false;
        channel.read();
      } while (again);
      running = false;
    }
  }

  /** Notes that a part has arrived. */
  void came() {
    asked = false;
  }

  /** Asks again if a read of bytes has ended before a whole part has arrived. */
  void ended() {
    if (asked) {
      asked = false;
      next();
    }
  }
}
