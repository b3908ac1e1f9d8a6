package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a {@link FileTier} does with its files, step by step. */
@Timeout(120)
class TierDiskTest {
  private static final int PAGE = ChunkFile.PAGE_BYTES;

  /** The bytes of the pages of a user with 80 rows: a chunk of 64 rows, and a chunk of 16 rows. */
  private static final long USER_BYTES = 4L * PAGE;

  @TempDir Path temp;

  private final DiskLog log = new DiskLog();

  private Path folder() {
    return temp.resolve("tier");
  }

  /** Writes users of 80 rows to the files, and closes the files. */
  private void stored(String... users) {
    try (TierWorld world = new TierWorld(folder())) {
      for (String user : users) {
        world.serve(user, sequence(80, 1));
        world.cache.settleTier();
      }
    }
  }

  private FileTier open(Path folder) {
    FileTier tier = TierWorld.tier(folder, TierWorld.BYTES, log::open);
    log.clear();
    return tier;
  }

  private static boolean finds(FileTier tier, String user, int... tokens) {
    KvKey key = new KvKey(user, TierWorld.MODEL);
    return tier.find(key, TierWorld.LAYOUT, Rows.hashes(tokens), 0).isPresent();
  }

  /** Whether the index file says that all unused pages were overwritten. */
  private static boolean isClean(Path folder) throws IOException {
    Id check = new Ids(TierWorld.SECRET).check();
    return IndexFile.load(folder.resolve("index"), check).clean();
  }

  private boolean indexNames(String user) throws IOException {
    ByteBuffer name = ByteBuffer.allocate(Id.BYTES);
    new Ids(TierWorld.SECRET).user(user).write(name);
    byte[] index = Files.readAllBytes(folder().resolve("index"));
    return new String(index, StandardCharsets.ISO_8859_1)
        .contains(new String(name.array(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void write_countsTheBytesAndLeavesNoCopyInMemory() {
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, TierWorld.BYTES, log::open)) {
      world.serve("user", sequence(80, 1));
      world.cache.settleTier();
      assertThat(world.stats().bytes().written()).isEqualTo(USER_BYTES);
      assertThat(world.stats().space().usedBytes()).isEqualTo(USER_BYTES);
      List<byte[]> copies =
          log.writes.stream()
              .filter(write -> write.file().equals("chunks"))
              .map(DiskLog.Write::memory)
              .toList();
      assertThat(copies).hasSize(2).allSatisfy(copy -> assertThat(copy).containsOnly(0));
    }
    FileTier tier = open(folder());
    assertThat(tier.space().usedBytes()).as("after a restart").isEqualTo(USER_BYTES);
    assertThat(tier.space().entries()).isEqualTo(1);
    tier.close();
  }

  @Test
  void chunk_longerThanAStep_isWrittenAndReadInSteps() {
    KvLayout wide = new KvLayout(2, 2, 32, TierWorld.MAX_ROWS, KvType.FLOAT32);
    try (TierWorld world = new TierWorld(folder(), wide, TierWorld.BYTES, log::open)) {
      world.serve("user", sequence(100, 1));
      world.forget();
      assertThat(log.writes).allSatisfy(w -> assertThat(w.bytes()).isLessThanOrEqualTo(8 * PAGE));
      assertThat(world.serve("user", sequence(100, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.stats().space().failures()).isZero();
    }
  }

  @Test
  void rows_thatAreBeingOverwritten_areNotFound() {
    Gate gate = new Gate();
    FileTier tier = TierWorld.tier(folder(), TierWorld.BYTES, gate::open);
    try (TierWorld world = new TierWorld(TierWorld.LAYOUT, tier, 1 << 26, 1 << 26)) {
      world.serve("user", sequence(80, 1));
      world.cache.settleTier();
      assertThat(finds(tier, "user", sequence(80, 1))).isTrue();
      gate.shut();
      world.serve("user", sequence(80, 500));
      gate.awaitWriter();
      boolean findsOld = finds(tier, "user", sequence(80, 1));
      boolean findsNew = finds(tier, "user", sequence(80, 500));
      gate.release(); // before a check fails, because the cache's close waits for the write
      assertThat(findsOld).isFalse();
      assertThat(findsNew).as("not written yet").isFalse();
      world.cache.settleTier();
      assertThat(finds(tier, "user", sequence(80, 500))).isTrue();
    }
  }

  @Test
  void open_failed_closesTheFilesAndUnlocksTheFolder() {
    stored("user");
    log.failing("index.next");
    assertThatThrownBy(() -> FileTier.open(folder(), TierWorld.BYTES, TierWorld.SECRET, log::open))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
    assertThat(log.open()).isZero();
    log.failing("");
    FileTier tier = open(folder());
    assertThat(finds(tier, "user", sequence(80, 1))).isTrue();
    tier.close();
  }

  @Test
  void eraseUser_known_isOnTheDiskAndDoneOnce() throws IOException {
    stored("user", "other");
    FileTier tier = open(folder());
    assertThat(tier.eraseUser("user")).isTrue();
    assertThat(log.events)
        .containsSubsequence("force chunks", "open index.next", "force index.next");
    assertThat(tier.space().usedBytes()).isEqualTo(USER_BYTES);
    assertThat(tier.upkeep()).as("upkeep is left").isFalse();
    assertThat(indexNames("user")).isFalse();
    log.clear();
    assertThat(tier.eraseUser("user")).isFalse();
    assertThat(log.events).isEmpty();
    assertThat(finds(tier, "other", sequence(80, 1))).isTrue();
    tier.close();
  }

  @Test
  void eraseUser_unknown_writesNothing() throws IOException {
    stored("user");
    FileTier tier = open(folder());
    assertThat(tier.eraseUser("nobody")).isFalse();
    assertThat(log.events).isEmpty();
    assertThat(log.writes).isEmpty();
    tier.close();
  }

  /** The index file keeps replaced records for a while, with the names of their users. */
  @Test
  void eraseUser_evicted_leavesNoNameInTheIndex() throws IOException {
    try (TierWorld world = new TierWorld(folder(), TierWorld.LAYOUT, 1 << 20, FileDisk::open)) {
      for (int user = 0; user < 15; user++) {
        world.serve("user" + user, sequence(250, 1));
        world.cache.settleTier();
      }
      assertThat(world.stats().space().entries()).isEqualTo(10);
      assertThat(indexNames("user0")).as("the name of an evicted user").isTrue();
      world.cache.erase("user0");
      assertThat(indexNames("user0")).isFalse();
      assertThat(indexNames("user14")).isTrue();
    }
  }

  @Test
  void eraseUser_noRoomForANewIndex_emptiesTheIndexUntilUpkeep() throws IOException {
    stored("user", "other");
    FileTier tier = open(folder());
    log.failing("index.next");
    assertThat(tier.eraseUser("user")).isTrue();
    assertThat(folder().resolve("index")).isEmptyFile();
    assertThat(finds(tier, "other", sequence(80, 1))).isTrue();
    log.failing("");
    assertThat(tier.upkeep()).isTrue();
    assertThat(indexNames("other")).isTrue();
    assertThat(indexNames("user")).isFalse();
    tier.close();
  }

  @Test
  void eraseFingerprint_holdsAfterAKill() throws IOException {
    stored("user");
    FileTier tier = open(folder());
    tier.eraseFingerprint(TierWorld.MODEL);
    assertThat(tier.space().usedBytes()).isZero();
    FileTier next = open(TierWorld.copy(folder(), temp.resolve("killed")));
    assertThat(next.space().entries()).isZero();
    next.close();
    tier.close();
  }

  @Test
  void close_overwritesRemovedRowsAndNotesIt() throws IOException {
    stored("user");
    FileTier tier = open(folder());
    tier.eraseFingerprint(TierWorld.MODEL);
    tier.close();
    assertThat(Files.readAllBytes(folder().resolve("chunks"))).containsOnly(0);
    assertThat(isClean(folder())).isTrue();
    assertThat(log.events)
        .containsSubsequence("force chunks", "open index.next", "force index.next");
  }

  @Test
  void close_beforeAllPagesWereCheckedAfterAKill_isNotClean() throws IOException {
    stored("user");
    open(folder()).close();
    assertThat(isClean(folder())).isTrue();
    FileTier running = open(folder());
    Path killed = TierWorld.copy(folder(), temp.resolve("killed"));
    running.close();
    open(killed).close();
    assertThat(isClean(killed)).as("pages were not checked").isFalse();
    FileTier checked = open(killed);
    int steps = 0;
    while (checked.upkeep()) {
      steps++;
    }
    assertThat(steps).isPositive();
    checked.close();
    assertThat(isClean(killed)).isTrue();
  }
}
