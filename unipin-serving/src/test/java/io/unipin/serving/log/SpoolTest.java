package io.unipin.serving.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.settings.ByteSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SpoolTest {
  private static final int QUEUE = 10;
  private static final int MAX_BYTES = 4096;

  @TempDir Path folder;

  /** An entry of a log, with the name of its user. */
  record Entry(String user, int number) {}

  private Spool<Entry> open() {
    ServedLogConfig config =
        new ServedLogConfig(true, folder, QUEUE, new ByteSize(1024), Duration.ofMillis(1));
    return Spool.open("spooled", config, MAX_BYTES, Entry::user);
  }

  private static void awaitBytes(Spool<Entry> spool, long bytes) throws InterruptedException {
    while (spool.bytes() < bytes) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** Takes all entries out of the spool and returns their lines. */
  private static List<String> takeAll(Spool<Entry> spool) throws Exception {
    List<String> all = new ArrayList<>();
    for (Optional<SpooledLines> oldest = spool.oldest();
        oldest.isPresent();
        oldest = spool.oldest()) {
      oldest
          .get()
          .lines()
          .forEach(line -> all.add(new String(line.json(), StandardCharsets.UTF_8)));
      spool.taken(oldest.get());
    }
    return all;
  }

  private static String line(String user, int number) {
    return "{\"user\":\"%s\",\"number\":%s}".formatted(user, number);
  }

  @Test
  void oldest_returnsEntriesInOrder_untilTheyAreTaken() throws Exception {
    List<String> expected = new ArrayList<>();
    try (Spool<Entry> spool = open()) {
      long bytes = 0;
      for (int i = 0; i < 60; i++) {
        assertThat(spool.log().offer(new Entry("u" + i % 3, i), 0)).isTrue();
        expected.add(line("u" + i % 3, i));
        bytes += expected.get(i).length() + 1;
        awaitBytes(spool, bytes);
      }
      Path oldest = spool.oldest().orElseThrow().segment();
      assertThat(spool.oldest().orElseThrow().segment()).isEqualTo(oldest);
    }
    try (Spool<Entry> again = open()) {
      assertThat(takeAll(again)).isEqualTo(expected);
      assertThat(again.bytes()).isZero();
      assertThat(again.oldest()).isEmpty();
    }
  }

  @Test
  void offer_beyondTheBound_dropsAndCounts_untilEntriesAreTaken() throws Exception {
    try (Spool<Entry> spool = open()) {
      int offered = 0;
      // On a busy machine entries are also dropped while the writer is late.
      while (spool.dropped() == 0 || spool.bytes() < MAX_BYTES) {
        spool.log().offer(new Entry("u", offered++), 0);
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(spool.bytes()).isBetween((long) MAX_BYTES, MAX_BYTES + 100L);
      long taken = 0;
      while (taken + spool.dropped() < offered) {
        taken += takeAll(spool).size(); // entries that waited in memory follow later
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(taken + spool.dropped()).isEqualTo(offered);
      assertThat(taken).isGreaterThan(QUEUE);
    }
  }

  @Test
  void erase_removesWaitingEntries_andCloseTakesTheRest() throws Exception {
    List<String> taken = new ArrayList<>();
    Spool<Entry> spool = open();
    spool.beforeClose(
        () -> {
          try {
            taken.addAll(takeAll(spool));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    spool.log().offer(new Entry("gone", 1), 0);
    spool.log().offer(new Entry("stays", 2), 0);
    assertThat(spool.log().erase("gone")).isTrue();
    spool.log().offer(new Entry("stays", 3), 0);
    spool.close();
    assertThat(taken).containsExactly(line("stays", 2), line("stays", 3));
  }
}
