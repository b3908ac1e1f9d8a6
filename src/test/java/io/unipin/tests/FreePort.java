package io.unipin.tests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds free ports for processes that can't choose a free port themselves. */
final class FreePort {
  private FreePort() {}

  /** Returns a port of the loopback interface that no process uses at this moment. */
  static int find() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
