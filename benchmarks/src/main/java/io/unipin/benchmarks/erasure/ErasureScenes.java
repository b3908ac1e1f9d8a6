package io.unipin.benchmarks.erasure;

import io.unipin.benchmarks.measure.FileTraces;
import io.unipin.benchmarks.server.BenchServer;
import io.unipin.benchmarks.server.BenchWorld;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Erases users in two difficult situations: the logs are switched off, or the disk of the logs is
 * full.
 *
 * @param from number of the first user that is left to erase
 * @param to one past the number of the last user that is left to erase
 */
record ErasureScenes(BenchWorld world, ErasureWorld data, SmallDisk disk, int from, int to) {
  private static final Duration WAIT = Duration.ofMinutes(5);
  private static final int PAGES = 2000;

  void play(Map<String, Object> results) throws IOException, InterruptedException {
    int middle = (from + to) / 2;
    logsOff(middle);
    List<String> left = fullDisk(middle);
    results.put("full_disk", disk.fillsUp() ? "tmpfs" : "not mounted: its pages were logged");
    results.put("bytes_left", left.size());
  }

  /**
   * Erases users while logging is off. The erasures must also remove lines that were written while
   * logging was on. The last user's line is cut off in the middle.
   */
  private void logsOff(int middle) throws IOException, InterruptedException {
    data.tear(to - 1);
    try (BenchServer server =
            BenchServer.start(
                world, "one", data.folder(), ErasureCommand.settings(data.served(), false));
        UniPinClient client = UniPinClient.connect(server.address(), WAIT)) {
      ErasureTraffic traffic = new ErasureTraffic(client, client);
      traffic.erase(middle, to);
    }
  }

  /** Requests pages until the disk is full, and then erases the users of these pages. */
  private List<String> fullDisk(int middle) throws IOException, InterruptedException {
    try (BenchServer server =
            BenchServer.start(
                world,
                "one",
                data.folder(),
                ErasureCommand.settings(disk.folder().resolve("served"), true));
        UniPinClient client = UniPinClient.connect(server.address(), WAIT)) {
      ErasureTraffic traffic = new ErasureTraffic(client, client);
      for (int i = 0; i < PAGES; i++) {
        boolean gone = i % 10 == 0;
        int user = from + i / 10 % (middle - from);
        traffic.page(
            gone ? ErasureWorld.user(user) : "live-" + i, gone ? "erased-request-" + i : "");
      }
      traffic.erase(from, middle);
    }
    try (BenchServer server =
            BenchServer.start(
                world, "one", data.folder(), ErasureCommand.settings(data.served(), true));
        UniPinClient client = UniPinClient.connect(server.address(), WAIT)) {
      // These users have lines in the segments that were written before the run.
      new ErasureTraffic(client, client).erase(from, middle);
    }
    return FileTraces.files(disk.folder(), ErasureWorld.TRACES);
  }
}
