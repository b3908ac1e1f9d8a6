package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class HistoryStoreTest {
  private static final int LIMIT = 8;

  @TempDir Path folder;

  @Test
  void read_unknownUser_isEmpty() {
    try (HistoryStore store = open()) {
      assertThat(store.read("nobody")).isEqualTo(UserHistory.EMPTY);
    }
  }

  @Test
  void append_survivesRestart() {
    RecordedAction click = new RecordedAction(7, List.of("click", "save"), "home", 1000);
    RecordedAction seen = new RecordedAction(Long.MAX_VALUE, List.of(), "search", 2000);
    byte[] secret;
    try (HistoryStore store = open()) {
      AppendResult result =
          store.append("u", List.of(new ActionEvent("1", click), new ActionEvent("2", seen)));
      assertThat(result).isEqualTo(new AppendResult(2, 0));
      secret = store.secret();
    }
    try (HistoryStore store = open()) {
      assertThat(store.read("u")).isEqualTo(new UserHistory(2, List.of(click, seen)));
      assertThat(store.append("u", List.of(new ActionEvent("2", seen))))
          .isEqualTo(new AppendResult(0, 1));
      assertThat(store.secret()).isEqualTo(secret).hasSize(32);
    }
  }

  @Test
  void append_sameEventTwiceInOneCall_countsOnce() {
    try (HistoryStore store = open()) {
      assertThat(store.append("u", List.of(event(1, 10), event(1, 10), event(2, 20))))
          .isEqualTo(new AppendResult(2, 1));
      assertThat(store.append("other", List.of(event(1, 10)))).isEqualTo(new AppendResult(1, 0));
      assertThat(store.read("u").lifetime()).isEqualTo(2);
    }
  }

  @Test
  void append_lateEvent_takesItsPlaceByTime() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10), event(3, 30)));
      store.append("u", List.of(event(2, 20), event(4, 30), event(0, 5)));
      assertThat(store.read("u").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  @Test
  void append_beyondLimit_keepsNewestAndCountsAll() {
    try (HistoryStore store = open()) {
      for (int i = 0; i < 3 * LIMIT; i++) {
        store.append("u", List.of(event(i, i)));
      }
      UserHistory history = store.read("u");
      assertThat(history.lifetime()).isEqualTo(3 * LIMIT);
      assertThat(history.newest())
          .extracting(RecordedAction::itemId)
          .containsExactlyElementsOf(
              IntStream.range(2 * LIMIT, 3 * LIMIT).mapToObj(Long::valueOf).toList());
      // The action is too old to be kept, but its event is remembered.
      assertThat(store.append("u", List.of(event(99, -1)))).isEqualTo(new AppendResult(1, 0));
      assertThat(store.append("u", List.of(event(99, -1)))).isEqualTo(new AppendResult(0, 1));
      assertThat(store.read("u").lifetime()).isEqualTo(3 * LIMIT + 1);
    }
  }

  @Test
  void retract_survivesRestart() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10), event(2, 20)));
      assertThat(store.retract("u", List.of("event-1", "event-3"), 0))
          .isEqualTo(new RetractResult(1, 1, 0, 0, 0, 0));
    }
    try (HistoryStore store = open()) {
      assertThat(store.read("u").newest()).extracting(RecordedAction::itemId).containsExactly(2L);
      assertThat(store.append("u", List.of(event(1, 10), event(3, 30))))
          .isEqualTo(new AppendResult(0, 1, 0, 1, 0));
      ActionEvent again = new ActionEvent("event-3", 1, event(3, 30).action());
      assertThat(store.append("u", List.of(again))).isEqualTo(new AppendResult(0, 0, 1, 0, 0));
      assertThat(store.read("u").newest())
          .extracting(RecordedAction::itemId)
          .containsExactly(2L, 3L);
      assertThat(store.read("u").lifetime()).isEqualTo(2);
    }
  }

  @Test
  void erase_userWithRetractionsOnly_removesThem() throws IOException {
    String trace = new String(sha256("never-recorded"), 0, 8, StandardCharsets.ISO_8859_1);
    try (HistoryStore store = open()) {
      store.retract("u", List.of("never-recorded"), 0);
      assertThat(filesContain(trace)).isTrue();
      assertThat(store.erase("u")).isTrue();
      assertThat(filesContain(trace)).isFalse();
    }
  }

  @Test
  void erase_removesEveryTraceFromDisk() throws IOException {
    String user = "a-user-to-be-forgotten";
    // A record holds the first bytes of the hash of the event's id.
    String trace = new String(sha256("event-1"), 0, 8, StandardCharsets.ISO_8859_1);
    try (HistoryStore store = open()) {
      store.append(user, List.of(event(1, 10)));
      store.append("another-user", List.of(event(2, 10)));
      assertThat(filesContain(trace)).isTrue();
      assertThat(store.erase(user)).isTrue();
      assertThat(store.erase(user)).isFalse();
      assertThat(store.read(user)).isEqualTo(UserHistory.EMPTY);
      assertThat(store.read("another-user").lifetime()).isEqualTo(1);
      assertThat(filesContain(trace)).isFalse(); // nor does the write-ahead log hold the hash
    }
    assertThat(filesContain(trace)).isFalse();
    assertThat(filesContain(user)).isFalse();
  }

  @Test
  void use_afterClose_isUnavailable() {
    HistoryStore store = open();
    store.close();
    store.close();
    assertThatThrownBy(() -> store.read("u"))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
  }

  @Test
  @Timeout(30)
  void append_fromManyThreads_losesNothing() throws Exception {
    int threads = 4;
    int each = 50;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (HistoryStore store = open()) {
      List<Future<?>> futures =
          IntStream.range(0, threads)
              .<Future<?>>mapToObj(
                  thread ->
                      pool.submit(
                          () -> {
                            for (int i = 0; i < each; i++) {
                              int id = thread * each + i;
                              RecordedAction action =
                                  new RecordedAction(id, List.of("a" + id), "s" + id % 7, id);
                              store.append("u", List.of(new ActionEvent("e" + id, action)));
                            }
                          }))
              .toList();
      for (Future<?> future : futures) {
        future.get();
      }
      UserHistory history = store.read("u");
      assertThat(history.lifetime()).isEqualTo((long) threads * each);
      assertThat(history.newest())
          .allSatisfy(
              action -> assertThat(action.actions()).containsExactly("a" + action.itemId()));
    } finally {
      pool.shutdownNow();
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private HistoryStore open() {
    return HistoryStore.open(new HistoryConfig(folder, LIMIT, false));
  }

  private static ActionEvent event(int item, long timeMs) {
    return new ActionEvent(
        "event-" + item, new RecordedAction(item, List.of("click"), "home", timeMs));
  }

  private boolean filesContain(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).anyMatch(file -> read(file).contains(text));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
