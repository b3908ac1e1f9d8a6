package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ServeStartTest {
  @TempDir Path folder;

  @Test
  void serve_thatCannotStart_doesNotAskWhetherAServerRuns() throws IOException {
    StringWriter err = new StringWriter();
    try (TinyServer first = TinyServer.start(folder);
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(first.adminPort()).isPositive();
      String[] settings = {
        "server.port=0",
        "server.adminPort=0",
        "server.metricsPort=0",
        "console.port=0",
        "cache.budget=4MiB",
        "cache.transientBudget=4MiB",
        "history.folder=" + folder.resolve("history"),
      };
      serve(err, settings);
      assertThat(err.toString())
          .startsWith("unipin serve: the server can't start: history.folder:")
          .doesNotContain("is the server running", "no answer");
      settings[0] = "server.port=" + other.getLocalPort();
      serve(err, settings);
      assertThat(err.toString()).startsWith("unipin serve: server.port: a free port of");
    }
  }

  private void serve(StringWriter err, String... settings) {
    err.getBuffer().setLength(0);
    String[] words = new String[3 + 2 * settings.length];
    words[0] = "serve";
    words[1] = "--bundle";
    words[2] = folder.resolve("bundles/one").toString();
    for (int i = 0; i < settings.length; i++) {
      words[3 + 2 * i] = "--set";
      words[4 + 2 * i] = settings[i];
    }
    assertThat(Main.commandLine().setErr(new PrintWriter(err, true)).execute(words)).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
  }
}
