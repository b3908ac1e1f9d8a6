package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.ReloadChoice;
import io.unipin.kvcache.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a tier whose disk is slow or full, or whose process is killed. */
@Timeout(120)
class TierFaultTest {
  @TempDir Path temp;

  private final Gate gate = new Gate();

  private TierWorld world() {
    return new TierWorld(temp.resolve("tier"), TierWorld.LAYOUT, TierWorld.BYTES, gate::open);
  }

  @Test
  void fullDisk_turnsTheTierOffUntilAWriteSucceeds() {
    try (TierWorld world = world()) {
      world.serve("before", sequence(80, 1));
      world.cache.settleTier();
      gate.full(true);
      world.serve("lost", sequence(80, 100));
      world.cache.settleTier();
      assertThat(world.stats().on()).isFalse();
      assertThat(world.serve("refused", sequence(80, 200))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierDrop.OFF)).isEqualTo(2);

      gate.full(false);
      world.nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      world.serve("after", sequence(80, 300));
      world.forget();
      assertThat(world.stats().on()).isTrue();
      assertThat(world.serve("before", sequence(80, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("after", sequence(80, 300))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("lost", sequence(80, 100))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void fullDisk_inTheMiddleOfTime_loosesNoPages() {
    try (TierWorld world = world()) {
      for (int round = 0; round < 20; round++) {
        gate.full(round % 2 == 1);
        world.nanos.addAndGet(TimeUnit.MINUTES.toNanos(10));
        world.serve("user" + round % 3, sequence(60 + 11 * round, 1));
        world.cache.settleTier();
      }
      gate.full(false);
      world.nanos.addAndGet(TimeUnit.MINUTES.toNanos(10));
      for (int user = 0; user < 3; user++) {
        world.serve("user" + user, sequence(300, 1));
        world.cache.erase("user" + user);
      }
      world.serve("last", sequence(300, 1));
      world.cache.settleTier();
      int pages = 4 * 3 + 2; // four chunks of 64 rows with 3 pages each, and one of 44 rows with 2
      assertThat(world.stats().space().usedBytes()).isEqualTo((long) pages * 8192);
    }
  }

  @Test
  void slowDisk_dropsWhatTheQueueHasNoRoomForAndNobodyWaits() {
    FileTier tier = TierWorld.tier(temp.resolve("tier"), TierWorld.BYTES, gate::open);
    try (TierWorld world = new TierWorld(TierWorld.LAYOUT, tier, 1 << 26, 100_000)) {
      gate.shut();
      world.serve("first", sequence(64, 1));
      gate.awaitWriter();
      for (int user = 0; user < 10; user++) {
        world.serve("user" + user, sequence(64, 1 + user));
      }
      assertThat(world.stats().bytes().queued()).isEqualTo(7L * 64 * 256);
      assertThat(world.stats().counted(KvTierDrop.FULL)).isEqualTo(4);
      gate.release();
      world.cache.settleTier();
      assertThat(world.stats().bytes().queued()).isZero();
      assertThat(world.stats().space().entries()).isEqualTo(7);
    }
  }

  @Test
  void entry_thatLeftBeforeItsTurn_isCounted() {
    FileTier tier = TierWorld.tier(temp.resolve("tier"), TierWorld.BYTES, gate::open);
    try (TierWorld world = new TierWorld(TierWorld.LAYOUT, tier, 1 << 19, 1 << 24)) {
      gate.shut();
      world.serve("first", sequence(64, 1));
      gate.awaitWriter();
      for (int user = 0; user < 30; user++) {
        world.serve("user" + user, sequence(300, 1 + user));
      }
      gate.release();
      world.cache.settleTier();
      assertThat(world.stats().counted(KvTierDrop.GONE)).isPositive();
    }
  }

  @Test
  void choice_thatDeclines_encodes() {
    ReloadChoice never =
        new ReloadChoice() {
          @Override
          public Duration patience(Question question) {
            return Duration.ofSeconds(1);
          }

          @Override
          public void answered(Question question, long nanos) {
            assertThat(question).isEqualTo(new Question("file", 0, 80));
          }

          @Override
          public void unanswered(Question question, long nanos) {
            throw new AssertionError("an answer expected");
          }

          @Override
          public boolean pays(Offer offer) {
            Question question = new Question("file", 0, 80);
            assertThat(offer).isEqualTo(new Offer(question, 80, true, 4L * 8192));
            return false;
          }

          @Override
          public void took(Offer offer, long bytes, long nanos) {
            throw new AssertionError("nothing was read");
          }

          @Override
          public void failed(Offer offer, long nanos) {
            throw new AssertionError("nothing was read");
          }
        };
    try (TierWorld world = world()) {
      world.serve("user", sequence(80, 1));
      world.forget();
      int[] tokens = sequence(80, 1);
      KvKey key = new KvKey("user", TierWorld.MODEL);
      try (KvLease lease =
          world.cache.acquire(
              key, TierWorld.LAYOUT, Rows.hashes(tokens), Duration.ZERO, 0, never)) {
        assertThat(lease.reason()).isEqualTo(KvReason.ABSENT);
        Rows.serve(lease, TierWorld.LAYOUT, tokens);
      }
      assertThat(world.stats().counted(KvTierLookup.DECLINED)).isEqualTo(1);
    }
  }

  @Test
  void kill_whileUsersAreWritten_leavesWhatWasWritten() throws Exception {
    Path folder = temp.resolve("tier");
    Process killed =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    int written = 0;
    while (written < 50) {
      int next = killed.getInputStream().read();
      assertThat(next).as("the writer still runs").isNotEqualTo(-1);
      written += next == Writer.WRITTEN ? 1 : 0;
    }
    killed.destroyForcibly().waitFor();
    try (TierWorld world = new TierWorld(folder)) {
      for (int user = 0; user < 50; user++) {
        assertThat(world.serve("user" + user, sequence(80 + user, 1 + user)))
            .isEqualTo(KvReason.RELOADED);
      }
    }
    assertThat(Files.size(folder.resolve("chunks"))).isPositive();
  }

  /**
   * A process that writes the rows of users to files until it is killed. After each user it prints
   * a byte that occurs in no log line.
   */
  static final class Writer {
    private static final int WRITTEN = 1;

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      try (TierWorld world = new TierWorld(Path.of(arguments[0]))) {
        for (int write = 0; write < 1_000_000; write++) {
          int user = write < 50 ? write : 50 + write % 10;
          world.serve("user" + user, sequence(80 + write % 200, 1 + write));
          world.cache.settleTier();
          System.out.write(WRITTEN);
          System.out.flush();
        }
      }
    }
  }
}
