package io.unipin.serving.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskHistoriesTest extends HistoryContract {
  @TempDir Path folder;

  @Test
  void read_historyInMemory_isNotDecodedAgain() {
    try (HistoryStore store = open()) {
      store.append("u", List.of(event(1, 10)));
      UserHistory first = store.read("u");
      assertThat(store.read("u")).isSameAs(first);
      assertThat(store.append("u", List.of(event(1, 10))).duplicates()).isEqualTo(1);
      assertThat(store.read("u")).isSameAs(first);
      store.append("u", List.of(event(2, 20)));
      assertThat(store.read("u").lifetime()).isEqualTo(2);
      store.retract("u", List.of("event-1"), 0);
      assertThat(store.read("u").lifetime()).isEqualTo(1);
      assertThat(store.reads()).isEqualTo(new HistoryReads(4, 1, 0, 0, 0));
      store.erase("u");
      assertThat(store.read("u")).isEqualTo(UserHistory.EMPTY);
    }
  }

  /** A history that changes in memory equals the history that the store decodes after a restart. */
  @Test
  void append_toAHistoryInMemory_givesTheStoredHistory() {
    Random random = new Random(5);
    for (int round = 0; round < 30; round++) {
      UserHistory inMemory;
      try (HistoryStore store = open()) {
        store.read("u");
        for (int change = 0; change < 5; change++) {
          int number = random.nextInt(3 * LIMIT);
          if (random.nextInt(4) == 0) {
            store.retract("u", List.of("event-" + number), random.nextInt(3));
          } else {
            store.append("u", List.of(event(number, random.nextInt(1000))));
          }
          store.read("u");
        }
        inMemory = store.read("u");
      }
      try (HistoryStore store = open()) {
        assertThat(store.read("u")).as("round %s", round).isEqualTo(inMemory);
      }
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
    // A record contains the first bytes of the hash of the event's id.
    String trace = new String(sha256("event-1"), 0, 8, StandardCharsets.ISO_8859_1);
    try (HistoryStore store = open()) {
      store.append(user, List.of(event(1, 10)));
      store.append("another-user", List.of(event(2, 10)));
      assertThat(filesContain(trace)).isTrue();
      assertThat(store.erase(user)).isTrue();
      assertThat(store.erase(user)).isFalse();
      assertThat(store.read(user)).isEqualTo(UserHistory.EMPTY);
      assertThat(store.read("another-user").lifetime()).isEqualTo(1);
      assertThat(filesContain(trace)).isFalse(); // the write-ahead log lacks the hash as well
    }
    assertThat(filesContain(trace)).isFalse();
    assertThat(filesContain(user)).isFalse();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected HistoryStore open() {
    return HistoryStore.open(new HistoryConfig(folder, LIMIT, false));
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
