package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static io.unipin.kvcache.Rows.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the properties of {@link FileTier} that {@code KvTierContract} does not test for all tiers.
 */
@Timeout(120)
class FileTierTest {
  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("tier");
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void restart_afterACleanStop_reloadsAllRowsAndTheState(KvType type) {
    KvLayout layout = new KvLayout(2, 2, 8, 320, type);
    try (TierWorld world = new TierWorld(folder(), layout, TierWorld.BYTES, FileDisk::open)) {
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
    }
    try (TierWorld world = new TierWorld(folder(), layout, TierWorld.BYTES, FileDisk::open)) {
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.UNCHANGED);
      assertThat(world.serve("user", sequence(210, 1))).isEqualTo(KvReason.GROWN);
      assertThat(world.stats().counted(KvTierLookup.RELOADED)).isEqualTo(1);
      assertThat(world.stats().bytes().reloaded()).isPositive();
      assertThat(world.cache.stats().reloads()).isEqualTo(1);
    }
  }

  @Test
  void restart_afterAKill_reloadsWhatWasWritten() {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("user", sequence(200, 1));
      world.serve("user", sequence(230, 1));
      world.cache.settleTier();
      Path killed = TierWorld.copy(folder(), temp.resolve("killed"));
      try (TierWorld next = new TierWorld(killed)) {
        assertThat(next.serve("user", sequence(230, 1))).isEqualTo(KvReason.RELOADED);
      }
    }
  }

  @Test
  void request_thatLacksFewRows_isNotLookedUp() {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("user", tokens(1, 2, 3));
      world.serve("user", sequence(100, 1));
      world.serve("user", sequence(110, 1));
      assertThat(world.stats().counted(KvTierLookup.ABSENT)).isEqualTo(1);
    }
  }

  @Test
  void chunk_withAWrongByte_isAMissAndIsWrittenAnew() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("user", sequence(200, 1));
      world.forget();
      flip(folder().resolve("chunks"), 2L * 64 * 256 + 5000); // a byte of the second or third chunk
      int reused = world.reused("user", sequence(200, 1));
      assertThat(reused).isIn(64, 128);
      assertThat(world.stats().space().failures()).isEqualTo(1);
      world.forget();
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.stats().space().failures()).isEqualTo(1);
    }
  }

  @Test
  void chunk_ofWhichNothingIsRight_isAFailedLookup() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("user", sequence(40, 1));
      world.forget();
      flip(folder().resolve("chunks"), 3000);
      assertThat(world.serve("user", sequence(40, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierLookup.FAILED)).isEqualTo(1);
    }
  }

  @Test
  void chunks_cutShort_areMisses() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("user", sequence(200, 1));
      world.forget();
      try (FileChannel file =
          FileChannel.open(folder().resolve("chunks"), StandardOpenOption.WRITE)) {
        file.truncate(ChunkFile.PAGE_BYTES * 4);
      }
      assertThat(world.reused("user", sequence(200, 1))).isIn(0, 64);
    }
  }

  @Test
  void index_cutAtAnyByte_losesTheLastEntriesOnly() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      for (int user = 0; user < 4; user++) {
        world.serve("user" + user, sequence(80, 1 + user));
        world.cache.settleTier();
      }
      byte[] index = Files.readAllBytes(folder().resolve("index"));
      int lost = 0;
      for (int cut = 0; cut <= index.length; cut += 7) {
        Path killed = TierWorld.copy(folder(), temp.resolve("cut" + cut));
        Files.write(killed.resolve("index"), Arrays.copyOf(index, cut));
        try (TierWorld next = new TierWorld(killed)) {
          int found = (int) next.stats().space().entries();
          for (int user = 0; user < 4; user++) {
            KvReason reason = next.serve("user" + user, sequence(80, 1 + user));
            assertThat(reason).isEqualTo(user < found ? KvReason.RELOADED : KvReason.ABSENT);
          }
          lost += 4 - found;
        }
      }
      assertThat(lost).isPositive();
    }
  }

  @Test
  void files_ofManyUsers_stayWithinTheirBytesAndKeepTheNewest() throws IOException {
    long bytes = 1 << 21;
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, bytes, FileDisk::open)) {
      for (int user = 0; user < 100; user++) {
        world.serve("user" + user, sequence(200, 1 + user));
        world.cache.settleTier();
        assertThat(size(folder())).isLessThanOrEqualTo(bytes);
      }
      assertThat(world.stats().space().usedBytes())
          .isBetween(bytes / 2, world.stats().space().limitBytes());
      world.forget();
      assertThat(world.serve("user99", sequence(200, 100))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("user0", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void files_withALowerLimit_keepWhatFits() throws IOException {
    try (TierWorld world = new TierWorld(folder())) {
      for (int user = 0; user < 40; user++) {
        world.serve("user" + user, sequence(200, 1 + user));
      }
    }
    long bytes = 1 << 20;
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, bytes, FileDisk::open)) {
      assertThat(size(folder())).isLessThanOrEqualTo(bytes);
      assertThat(world.serve("user0", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void folder_ofARunningServer_isRefused() {
    try (TierWorld world = new TierWorld(folder())) {
      assertThatThrownBy(() -> FileTier.open(folder(), TierWorld.BYTES, TierWorld.SECRET))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no other server uses expected, got");
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  /**
   * If a thread is interrupted while it reads from a file channel, Java closes the channel for all
   * threads. The tier must still serve other users.
   */
  @Test
  void read_byAnInterruptedThread_disturbsNobodyElse() {
    try (TierWorld world = new TierWorld(folder())) {
      world.serve("one", sequence(80, 1));
      world.serve("two", sequence(80, 2));
      world.forget();
      Thread.currentThread().interrupt();
      assertThat(world.reused("one", sequence(80, 1))).isZero();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(world.serve("two", sequence(80, 2))).isEqualTo(KvReason.RELOADED);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) ~one.get(0)).rewind();
      channel.write(one, at);
    }
  }

  static long size(Path folder) throws IOException {
    long bytes = 0;
    for (String name : new String[] {"chunks", "index"}) {
      bytes += Files.size(folder.resolve(name));
    }
    return bytes;
  }
}
