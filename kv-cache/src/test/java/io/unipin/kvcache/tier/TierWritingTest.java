package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.KvTierSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which users are written to a tier, and when. */
@Timeout(120)
class TierWritingTest {
  /** The budget is so large that some blocks of 80 rows may stay taken after their entries left. */
  private static final long BUDGET = 1 << 23;

  private static final int USERS_OF_BUDGET = 420;

  @TempDir Path temp;

  private final Gate gate = new Gate();

  private TierWorld world() {
    FileTier tier = TierWorld.tier(temp.resolve("tier"), TierWorld.BYTES, gate::open);
    KvTierSetup.Writing writing = new KvTierSetup.Writing(2, true, Duration.ofSeconds(2));
    return new TierWorld(TierWorld.LAYOUT, new KvTierSetup("file", tier, 1 << 24, writing), BUDGET);
  }

  @Test
  void userWhoCameOnce_isNotWritten() {
    try (TierWorld world = world()) {
      world.serve("once", sequence(80, 1));
      world.cache.settleTier();
      assertThat(world.stats().bytes().written()).isZero();
      world.forget();
      world.serve("another", sequence(80, 1)); // the cache drops what is too old
      world.cache.settleTier();
      assertThat(world.stats().bytes().written()).isZero();
      assertThat(world.serve("once", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void userWhoComesAgain_isWrittenAfterAHitOrAnEncoding() {
    try (TierWorld world = world()) {
      world.serve("hit", sequence(80, 1));
      world.serve("encoded", sequence(80, 1));
      assertThat(world.serve("hit", sequence(80, 1))).isEqualTo(KvReason.UNCHANGED);
      assertThat(world.serve("encoded", sequence(90, 1))).isEqualTo(KvReason.GROWN);
      world.forget();
      assertThat(world.serve("hit", sequence(80, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("encoded", sequence(90, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  /** Serves a user twice while the tier can't be written. */
  private void serveUnwritten(TierWorld world) {
    gate.full(true);
    world.serve("user", sequence(80, 1));
    world.serve("user", sequence(80, 1));
    world.cache.settleTier();
    assertThat(world.stats().counted(KvTierDrop.OFF)).isEqualTo(1);
    gate.full(false);
    world.nanos.addAndGet(TimeUnit.SECONDS.toNanos(10)); // ends the pause that follows a failure
  }

  @Test
  void userWhoWasNotWritten_isWrittenWhenAgeEndsTheStay() {
    try (TierWorld world = world()) {
      serveUnwritten(world);
      world.nanos.addAndGet(Duration.ofDays(2).toNanos());
      world.serve("another", sequence(80, 1)); // the cache drops what is too old
      world.forget();
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("another", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void userWhoWasNotWritten_isWrittenWhenOthersNeedTheRoom() {
    try (TierWorld world = world()) {
      serveUnwritten(world);
      for (int user = 0; user < USERS_OF_BUDGET; user++) {
        world.serve("another" + user, sequence(80, 1));
        world.cache.settleTier();
      }
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void userWhoLeaves_isErasedBeforeTheTurn() {
    try (TierWorld world = world()) {
      serveUnwritten(world);
      world.serve("slow", sequence(80, 1));
      gate.shut();
      world.serve("slow", sequence(80, 1));
      gate.awaitWriter();
      world.nanos.addAndGet(Duration.ofDays(2).toNanos());
      world.serve("another", sequence(80, 1));
      assertThat(world.cache.stats().leasedBytes())
          .as("rows that are written, and rows that wait")
          .isGreaterThan(TierWorld.LAYOUT.budgetBytes(80));
      Thread eraser = new Thread(() -> world.cache.erase("user"));
      eraser.start();
      while (eraser.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      gate.release();
      world.cache.settleTier();
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }
}
