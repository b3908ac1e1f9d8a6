package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierDrop;
import io.unipin.kvcache.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an erasure leaves none of the user's rows in the files. */
@Timeout(120)
class TierErasureTest {
  private static final int ROW_BYTES = 32;

  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("tier");
  }

  /**
   * Serves a request. Returns, for each row of the request, its bytes in the first plane of the
   * block.
   */
  private static List<byte[]> rows(TierWorld world, String user, int... tokens) {
    List<byte[]> rows = new ArrayList<>();
    try (KvLease lease = world.acquire(user, tokens)) {
      Rows.serve(lease, TierWorld.LAYOUT, tokens);
      for (int row = 0; row < tokens.length; row++) {
        byte[] bytes = new byte[ROW_BYTES];
        Rows.block(lease).get(row * ROW_BYTES, bytes);
        rows.add(bytes);
      }
    }
    return rows;
  }

  /**
   * Returns how many of the rows are in the files. The row of the first token is not counted,
   * because it is the same for all users.
   */
  private long found(List<byte[]> rows) throws IOException {
    String files =
        new String(Files.readAllBytes(folder().resolve("chunks")), StandardCharsets.ISO_8859_1)
            + new String(
                Files.readAllBytes(folder().resolve("index")), StandardCharsets.ISO_8859_1);
    return rows.stream()
        .skip(1)
        .filter(row -> files.contains(new String(row, StandardCharsets.ISO_8859_1)))
        .count();
  }

  @Test
  void erasure_ofAUser_leavesNoBytesAndOnlyThatUserIsGone() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      List<byte[]> erased = rows(world, "erased", sequence(200, 1));
      List<byte[]> other = rows(world, "other", sequence(200, 500));
      world.forget();
      assertThat(found(erased)).isEqualTo(199);
      assertThat(world.cache.erase("erased")).isPositive();
      assertThat(found(erased)).isZero();
      assertThat(found(other)).isEqualTo(199);
      assertThat(world.cache.erase("erased")).isZero();
      assertThat(world.serve("erased", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.serve("other", sequence(200, 500))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void erasure_afterMovesGrowthAndEvictions_leavesNoEarlierBytes() throws IOException {
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, 1 << 20, FileDisk::open)) {
      List<byte[]> erased = new ArrayList<>();
      for (int start = 1; start < 1000; start += 250) {
        for (int size = 100; size <= 250; size += 50) {
          erased.addAll(rows(world, "erased", sequence(size, start)));
          world.cache.settleTier();
        }
      }
      for (int user = 0; user < 8; user++) {
        rows(world, "user" + user, sequence(250, 5000 + 300 * user));
        world.cache.settleTier();
      }
      world.cache.erase("erased");
      List<byte[]> own = erased.stream().filter(row -> !isFirst(row, erased)).toList();
      own = new ArrayList<>(own);
      own.add(0, erased.get(0));
      assertThat(found(own)).isZero();
    }
  }

  private static boolean isFirst(byte[] row, List<byte[]> rows) {
    return ByteBuffer.wrap(row).equals(ByteBuffer.wrap(rows.get(0)));
  }

  @Test
  void erasure_whileRowsWait_dropsThem() throws IOException {
    Gate gate = new Gate();
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, TierWorld.BYTES, gate::open)) {
      gate.shut();
      world.serve("first", sequence(80, 900));
      gate.awaitWriter();
      List<byte[]> erased = rows(world, "erased", sequence(200, 1));
      Thread eraser = new Thread(() -> world.cache.erase("erased"));
      eraser.start();
      while (eraser.getState() != Thread.State.WAITING) {
        Thread.onSpinWait(); // until the user is gone from memory and the eraser waits for the tier
      }
      gate.release();
      join(eraser);
      world.cache.settleTier();
      assertThat(found(erased)).isZero();
      assertThat(world.stats().counted(KvTierDrop.GONE)).isEqualTo(1);
      assertThat(world.serve("first", sequence(80, 900))).isEqualTo(KvReason.UNCHANGED);
    }
  }

  @Test
  void erasure_beforeARestart_holds() {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("erased", sequence(200, 1));
      world.serve("other", sequence(200, 500));
      world.cache.settleTier();
      world.cache.erase("erased");
      Path killed = TierWorld.copy(folder(), temp.resolve("killed"));
      try (TierWorld next = new TierWorld(killed)) {
        assertThat(next.serve("erased", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
        assertThat(next.serve("other", sequence(200, 500))).isEqualTo(KvReason.RELOADED);
      }
    }
  }

  /** A killed process may leave bytes in pages of the file that the index does not name. */
  @Test
  void erasure_afterAKillThatLostTheIndex_leavesNoBytes() throws IOException {
    List<byte[]> erased;
    try (TierWorld world = new TierWorld(folder())) {
      erased = rows(world, "erased", sequence(200, 1));
      world.cache.settleTier();
    }
    Files.delete(folder().resolve("index"));
    assertThat(found0(erased)).isEqualTo(199);
    try (TierWorld world = new TierWorld(folder())) {
      world.cache.erase("erased");
      assertThat(found(erased)).isZero();
    }
  }

  private long found0(List<byte[]> rows) throws IOException {
    Files.createFile(folder().resolve("index"));
    return found(rows);
  }

  @Test
  void erasureOfAModel_dropsItsUsersAndOverwritesThemInTime() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      List<byte[]> rows = rows(world, "user", sequence(200, 1));
      world.forget();
      world.cache.eraseFingerprint("another");
      assertThat(world.stats().space().entries()).isEqualTo(1);
      world.cache.eraseFingerprint(TierWorld.MODEL);
      assertThat(world.stats().space().entries()).isZero();
      assertThat(world.serve("user", sequence(90, 800))).isEqualTo(KvReason.ABSENT);
      world.cache.settleTier();
      assertThat(found(rows)).isZero();
    }
  }

  /**
   * The server's own requests have user ids that begin with a control character. Callers cannot use
   * such ids.
   */
  @Test
  void internalUser_isNotWritten() {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("\u0000warm-up", sequence(200, 1));
      world.cache.settleTier();
      assertThat(world.stats().space().entries()).isZero();
      assertThat(world.cache.erase("\u0000warm-up")).isEqualTo(1);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
