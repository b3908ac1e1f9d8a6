package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactionTest {
  /** A layout with units of one row of 64 bytes. A slab of 16 units is one run of the top order. */
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 16, KvType.FLOAT32);

  private static final int UNIT = 64;
  private static final int OTHER_UNIT = 128;

  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 12, false);
  private final List<Slab> slabs = new ArrayList<>();
  private final Compaction compaction = new Compaction(slabs);

  private Slab slab(int units) {
    Slab slab = new Slab(new HostMemory(units * UNIT), false);
    slab.cut(UNIT);
    slabs.add(slab);
    return slab;
  }

  /**
   * Returns a block of 2^order units that is filled with {@code stamp}. An entry shares the block,
   * but no request leases it. So the block may be moved.
   */
  private KvBlock idle(Slab slab, int order, int stamp) {
    KvBlock block = leased(slab, order, stamp);
    block.share();
    block.releaseLease();
    return block;
  }

  private KvBlock leased(Slab slab, int order, int stamp) {
    int start = slab.allocate(order);
    KvBlock block = new KvBlock(pool, slab, start, order, LAYOUT);
    slab.give(start, block);
    ByteBuffer memory = Rows.memory(block);
    while (memory.hasRemaining()) {
      memory.putInt(stamp);
    }
    return block;
  }

  private static void assertStamp(KvBlock block, int stamp) {
    ByteBuffer memory = Rows.memory(block);
    while (memory.hasRemaining()) {
      assertThat(memory.getInt()).isEqualTo(stamp);
    }
  }

  @Test
  void layout_hasUnitsOfOneRow() {
    assertThat(LAYOUT.unitRows()).isEqualTo(1);
    assertThat(LAYOUT.blockBytes(1)).isEqualTo(UNIT);
  }

  @Test
  void join_ofSingleUnits_makesNothing() {
    slab(2);
    assertThat(compaction.join(UNIT, 0)).isFalse();
  }

  @Test
  void join_twoFreeUnitsApart_movesTheBuddyOfOneToTheOther() {
    Slab slab = slab(4);
    KvBlock[] blocks = new KvBlock[4];
    for (int i = 0; i < 4; i++) {
      blocks[i] = idle(slab, 0, 10 + i);
    }
    blocks[0].releaseShare();
    blocks[2].releaseShare();
    assertThat(compaction.join(UNIT, 1)).isTrue();
    assertThat(slab.freeRuns(1, 2)).hasSize(1);
    assertThat(slab.usedBytes()).isEqualTo(2 * UNIT);
    assertStamp(blocks[1], 11);
    assertStamp(blocks[3], 13);
    assertThat(blocks[1].start() >> 1).as("both in one half").isEqualTo(blocks[3].start() >> 1);
    int free = slab.freeRuns(1, 1).get(0);
    ByteBuffer left = ((HostRows) slab.rows(free, LAYOUT, 2)).memory();
    while (left.hasRemaining()) {
      assertThat(left.get()).as("nothing stays behind").isZero();
    }
    assertThat(compaction.free(UNIT)).isEqualTo(2 * UNIT);
  }

  @Test
  void join_acrossSlabs_movesIntoTheOther() {
    Slab first = slab(2);
    Slab second = slab(2);
    KvBlock stays = idle(first, 0, 1);
    idle(second, 0, 2);
    assertThat(compaction.join(UNIT, 1)).isTrue();
    assertThat(first.isEmpty()).isNotEqualTo(second.isEmpty());
    assertStamp(stays, 1);
  }

  @Test
  void join_leasedBuddies_areLeftWhereTheyAre() {
    Slab slab = slab(4);
    KvBlock[] blocks = new KvBlock[4];
    for (int i = 0; i < 4; i++) {
      blocks[i] = leased(slab, 0, 10 + i);
    }
    slab.free(0);
    slab.free(2);
    assertThat(compaction.join(UNIT, 1)).isFalse();
    assertThat(blocks[1].start()).isEqualTo(1);
    assertThat(blocks[3].start()).isEqualTo(3);
    blocks[3].share();
    blocks[3].releaseLease();
    assertThat(compaction.join(UNIT, 1)).as("one of both is idle").isTrue();
    assertThat(blocks[1].start()).isEqualTo(1);
    assertThat(blocks[3].start()).isZero();
    assertThat(blocks[3].tryLease()).as("thawed").isTrue();
  }

  @Test
  void join_runOfIdleAndLeasedBlocks_thawsWhatItFroze() {
    Slab slab = slab(8);
    KvBlock idle = idle(slab, 0, 1);
    KvBlock leased = leased(slab, 0, 2);
    slab.allocate(1); // belongs to no block, and is freed again below
    KvBlock second = idle(slab, 0, 3);
    KvBlock alsoLeased = leased(slab, 0, 4);
    slab.free(2);
    assertThat(slab.freeRuns(1, 4)).containsExactly(2, 6);
    assertThat(compaction.join(UNIT, 2)).isFalse();
    for (KvBlock block : new KvBlock[] {idle, second}) {
      assertThat(block.tryLease()).isTrue();
      block.releaseLease();
    }
    alsoLeased.share();
    alsoLeased.releaseLease();
    assertThat(compaction.join(UNIT, 2)).isTrue();
    assertThat(leased.start()).isEqualTo(1);
    assertThat(second.start()).isEqualTo(2);
    assertThat(alsoLeased.start()).isEqualTo(3);
    assertStamp(second, 3);
    assertStamp(alsoLeased, 4);
  }

  @Test
  void join_longerRun_isMadeOfShorterOnesFirst() {
    Slab slab = slab(8);
    List<KvBlock> kept = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      KvBlock block = idle(slab, 0, i);
      if (i % 2 == 0) {
        kept.add(block);
      }
    }
    for (int i = 1; i < 8; i += 2) {
      slab.free(i);
    }
    assertThat(compaction.join(UNIT, 2)).isTrue();
    assertThat(slab.freeRuns(2, 2)).hasSize(1);
    for (int i = 0; i < kept.size(); i++) {
      assertStamp(kept.get(i), 2 * i);
    }
    assertThat(compaction.join(UNIT, 3)).as("half of it is taken").isFalse();
  }

  @Test
  void emptyOne_whatHasRoomInSlabsLikeIt_goesThere() {
    Slab fuller = slab(4);
    Slab emptier = slab(4);
    List<KvBlock> blocks = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      blocks.add(idle(fuller, 0, i));
    }
    blocks.add(idle(emptier, 0, 2));
    assertThat(compaction.emptyOne(UNIT, 0)).as("of another unit than this").isFalse();
    assertThat(compaction.emptyOne(OTHER_UNIT, 4 * UNIT + 1)).as("long enough").isFalse();
    assertThat(compaction.emptyOne(OTHER_UNIT, 4 * UNIT)).isTrue();
    assertThat(emptier.isEmpty()).isTrue();
    assertThat(fuller.usedBytes()).isEqualTo(3 * UNIT);
    for (int i = 0; i < blocks.size(); i++) {
      assertStamp(blocks.get(i), i);
      assertThat(blocks.get(i).slab()).isSameAs(fuller);
      assertThat(blocks.get(i).tryLease()).as("thawed").isTrue();
    }
    assertThat(compaction.slabsOf(UNIT)).as("takes blocks again").contains(emptier);
  }

  @Test
  void emptyOne_noRoomElsewhere_movesNothing() {
    Slab first = slab(2);
    Slab second = slab(2);
    idle(first, 1, 1);
    KvBlock block = idle(second, 0, 2);
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isFalse();
    assertThat(block.slab()).isSameAs(second);
    assertThat(compaction.slabsOf(UNIT)).containsExactly(first, second);
  }

  @Test
  void emptyOne_scatteredRoom_isJoinedForALongBlock() {
    Slab scattered = slab(4);
    KvBlock[] small = new KvBlock[4];
    for (int i = 0; i < 4; i++) {
      small[i] = idle(scattered, 0, i);
    }
    scattered.free(1);
    scattered.free(3);
    Slab leaving = slab(4);
    KvBlock pair = idle(leaving, 1, 9);
    // Both slabs are half full. If two slabs are equally full, the first slab is emptied. So the
    // blocks of the first slab move, and `pair` stays.
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isTrue();
    assertThat(scattered.isEmpty()).isTrue();
    assertThat(leaving.usedBytes()).isEqualTo(4 * UNIT);
    assertStamp(pair, 9);
    assertStamp(small[0], 0);
    assertStamp(small[2], 2);
  }

  @Test
  void emptyOne_leasedBlock_staysAndIsThere() {
    slab(2);
    Slab leaving = slab(2);
    KvBlock idle = idle(leaving, 0, 1);
    KvBlock leased = leased(leaving, 0, 2);
    KvBlock third = idle(slabs.get(0), 0, 3);
    Slab room = slab(4);
    idle(room, 1, 4);
    idle(room, 0, 5);
    assertThat(third.slab()).isSameAs(slabs.get(0));
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).as("the first slab is used least").isTrue();
    assertThat(slabs.get(0).isEmpty()).isTrue();
    assertThat(leased.slab()).isSameAs(leaving);
    assertStamp(idle, 1);
    assertStamp(leased, 2);
  }

  @Test
  void join_twoChoices_movesTheFewerBlocks() {
    Slab slab = slab(8);
    int firstRun = slab.allocate(1);
    KvBlock single = idle(slab, 0, 1);
    KvBlock other = idle(slab, 0, 2);
    int secondRun = slab.allocate(1);
    KvBlock pair = idle(slab, 1, 3);
    slab.free(firstRun);
    slab.free(secondRun);
    assertThat(slab.freeRuns(1, 4)).containsExactly(0, 4);
    assertThat(compaction.join(UNIT, 2)).isTrue();
    assertThat(single.start()).isEqualTo(2);
    assertThat(other.start()).isEqualTo(3);
    assertThat(pair.start()).as("the one block that moved").isZero();
    assertStamp(pair, 3);
  }

  @Test
  void emptyOne_tooLittleRoomElsewhere_movesNoBlock() {
    Slab fuller = slab(4);
    idle(fuller, 1, 1);
    idle(fuller, 0, 2);
    Slab full = slab(2);
    KvBlock first = idle(full, 0, 3);
    KvBlock second = idle(full, 0, 4);
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isFalse();
    assertThat(first.slab()).isSameAs(full);
    assertThat(second.slab()).isSameAs(full);
    assertThat(compaction.free(UNIT)).isEqualTo(UNIT);
  }

  @Test
  void emptyOne_leasedBlock_isNotEmptied() {
    Slab fuller = slab(4);
    idle(fuller, 1, 1);
    Slab leaving = slab(4);
    KvBlock leased = leased(leaving, 0, 2);
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isFalse();
    assertThat(leased.slab()).isSameAs(leaving);
    assertThat(compaction.slabsOf(UNIT)).as("takes blocks again").contains(leaving);
    assertStamp(leased, 2);
  }

  @Test
  void emptyOne_scatteredRoom_isJoinedUnlessBlocksInBetweenAreLeased() {
    Slab scattered = slab(8);
    KvBlock[] small = new KvBlock[4];
    for (int i = 0; i < 4; i++) {
      small[i] = i % 2 == 0 ? leased(scattered, 0, i) : idle(scattered, 0, i);
    }
    idle(scattered, 2, 5);
    scattered.free(1);
    scattered.free(3);
    Slab leaving = slab(4);
    KvBlock pair = idle(leaving, 1, 9);
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).as("leased blocks stay").isFalse();
    assertThat(pair.slab()).isSameAs(leaving);
    small[2].share();
    small[2].releaseLease();
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isTrue();
    assertThat(leaving.isEmpty()).isTrue();
    assertThat(pair.slab()).isSameAs(scattered);
    assertStamp(small[0], 0);
    assertStamp(small[2], 2);
    assertStamp(pair, 9);
  }

  @Test
  void emptyOne_longestFreeRun_isRoom() {
    int longest = 1 << KvLayout.TOP_ORDER;
    Slab room = slab(2 * longest);
    idle(room, KvLayout.TOP_ORDER, 1);
    assertThat(room.freeRuns(KvLayout.TOP_ORDER, 2)).hasSize(1);
    Slab leaving = slab(2);
    KvBlock block = idle(leaving, 0, 2);
    assertThat(compaction.emptyOne(OTHER_UNIT, 0)).isTrue();
    assertThat(block.slab()).isSameAs(room);
    assertStamp(block, 2);
  }

  @Test
  void slabsOf_otherUnits_areNotFound() {
    Slab slab = slab(2);
    Slab other = new Slab(new HostMemory(OTHER_UNIT), false);
    other.cut(OTHER_UNIT);
    slabs.add(other);
    assertThat(compaction.slabsOf(UNIT)).containsExactly(slab);
    assertThat(compaction.slabsOf(OTHER_UNIT)).containsExactly(other);
    assertThat(compaction.free(UNIT)).isEqualTo(2 * UNIT);
    assertThat(compaction.free(OTHER_UNIT)).isEqualTo(OTHER_UNIT);
  }
}
