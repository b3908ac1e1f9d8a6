package io.unipin.benchmarks.erasure;

import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.HistoryConfig;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RecordedAction;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The data of a server before the erasures: histories and a served log of an earlier run.
 *
 * @param folder folder of all stores
 */
record ErasureWorld(Path folder) {
  /**
   * Texts that occur only in the ids of erased users and in the ids of their events and requests.
   * Every such id contains one of these texts.
   */
  static final List<String> TRACES = List.of("erased-user", "erased-event", "erased-request");

  static final int ACTIONS = 4096;
  private static final long MIB = 1 << 20;
  private static final long SEGMENT = 64 * MIB;
  private static final int SEGMENTS = 10;
  private static final long HISTORY = 223 * MIB;

  /** The number of histories. A history of 4,096 actions takes about 66 KB. */
  private static final int HISTORIES = 3600;

  /** While the store is too small, histories are added in steps of this number. */
  private static final int MORE_HISTORIES = 100;

  private static final int OTHERS = 50_000;
  private static final int PAGE = 20;
  private static final long NOW = 1_700_000_000_000L;

  static String user(int number) {
    return "erased-user-" + number;
  }

  Path served() {
    return folder.resolve("served");
  }

  Path history() {
    return folder.resolve("history");
  }

  /**
   * Writes segments of the served log with pages and actions. Each erased user has pages and an
   * action in at least three segments.
   */
  void writeLog(int users) throws IOException {
    Files.createDirectories(served());
    Random random = new Random(1);
    for (int segment = 0; segment < SEGMENTS; segment++) {
      Path file = served().resolve(String.format(Locale.ROOT, "served-%015d.jsonl", segment + 1));
      try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
        long written = 0;
        for (int line = 0; written < SEGMENT; line++) {
          // Every third segment contains lines of this user. The lines of different users are
          // spread over the segment.
          boolean gone = line % 500 == 0 && line / 500 < users && (segment + line / 500) % 3 == 0;
          String text =
              gone
                  ? lines(line / 500, segment)
                  : page("user-" + random.nextInt(OTHERS), "request-" + line, random);
          out.write(text);
          written += text.length();
        }
      }
    }
  }

  private static String lines(int number, int segment) {
    Random random = new Random(number);
    return page(user(number), "erased-request-" + number + "-" + segment, random)
        + "{\"user\":\"%s\",\"timeMs\":%s,\"surface\":\"home\",\"items\":[7],\"actions\":[\"click\"],\"event\":\"erased-event-%s-%s\"}\n"
            .formatted(user(number), NOW, number, segment);
  }

  private static String page(String user, String request, Random random) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < PAGE; i++) {
      items.append(i == 0 ? "" : ",").append(random.nextInt(2000));
    }
    return "{\"view\":\"%s\",\"user\":\"%s\",\"timeMs\":%s,\"surface\":\"home\",\"items\":[%s],\"arm\":\"default\",\"bundle\":\"one\",\"index\":\"HNSW32\"}\n"
        .formatted(request, user, NOW, items);
  }

  /** Appends half a line of a user to the last segment, as a crash would leave it. */
  void tear(int number) throws IOException {
    Path last = served().resolve(String.format(Locale.ROOT, "served-%015d.jsonl", SEGMENTS));
    String line = lines(number, SEGMENTS);
    Files.writeString(last, line.substring(0, line.indexOf("timeMs")), StandardOpenOption.APPEND);
  }

  /**
   * Records histories of 4,096 actions each, and returns the number of histories. The history store
   * is closed while its size is measured.
   */
  int writeHistories(int users) throws IOException {
    int written = HISTORIES;
    writeHistories(0, written, users);
    while (size(history()) < HISTORY) {
      writeHistories(written, written + MORE_HISTORIES, users);
      written += MORE_HISTORIES;
    }
    return written;
  }

  private void writeHistories(int from, int to, int users) {
    try (HistoryStore store = HistoryStore.open(new HistoryConfig(history(), ACTIONS, false))) {
      for (int user = from; user < to; user++) {
        store.append(user < users ? user(user) : "user-" + user, events(user, user < users));
      }
    }
  }

  private static List<ActionEvent> events(int user, boolean gone) {
    Random random = new Random(user);
    List<ActionEvent> events = new ArrayList<>(ACTIONS);
    for (int i = 0; i < ACTIONS; i++) {
      events.add(
          new ActionEvent(
              (gone ? "erased-event-" : "event-") + user + "-" + i,
              new RecordedAction(
                  random.nextInt(2000), List.of("click"), "home", NOW - 60_000L * (ACTIONS - i))));
    }
    return events;
  }

  /** Returns the number of bytes of a folder. Nothing may write to the folder during the call. */
  static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
