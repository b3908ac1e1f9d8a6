package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BlockSourceTest {
  private static final KvLayout LAYOUT =
      new KvLayout(1, 1, 8, 32, KvType.FLOAT32); // a unit is 2 rows: 128 bytes
  private static final KvLayout OTHER =
      new KvLayout(3, 1, 8, 32, KvType.FLOAT16); // a unit is 2 rows: 192 bytes
  private static final int SLAB_BYTES = 2048;

  private final AtomicLong nanos = new AtomicLong();
  private final SlabPool pool = new SlabPool("test", SLAB_BYTES, SLAB_BYTES, true);
  private final EntryStore store =
      new EntryStore(
          new KvCacheLimits(1 << 16, Duration.ofSeconds(100), 0, nanos::get),
          new WriterSlots(),
          (key, entry) -> {});
  private final BlockSource source = new BlockSource(pool, store);

  private static KvKey key(String user) {
    return new KvKey(user, "model");
  }

  /** Publishes an entry of eight rows, which takes a quarter of the slab. */
  private KvEntry publish(String user) {
    KvBlock block = Objects.requireNonNull(source.allocate(key(user), LAYOUT, 8));
    KvEntry entry = new KvEntry(TokenHashes.builder(1).add(1, 1).build(), block, new float[1]);
    store.publish(new WriterSlot(key(user)), entry);
    block.releaseLease();
    return entry;
  }

  @Test
  void allocate_fullOfIdleEntries_dropsTheColdestAndNoMore() {
    for (String user : new String[] {"a", "b", "c", "d"}) {
      publish(user);
    }
    for (String user : new String[] {"a", "c", "d"}) {
      store.use(key(user));
      store.find(key(user));
    }
    KvBlock block = Objects.requireNonNull(source.allocate(key("new"), LAYOUT, 8));
    assertThat(store.find(key("b"))).isNull();
    assertThat(store.size()).isEqualTo(3);
    assertThat(store.departures()).containsEntry(KvDeparture.ROOM, 1L);
    assertThat(pool.lostBytes()).isZero();
    block.releaseLease();
  }

  @Test
  void allocate_freeRunsTooShort_joinsThemAndDropsNobody() {
    KvEntry[] entries = {publish("a"), publish("b"), publish("c"), publish("d")};
    store.evict(key("a"), entries[0]);
    store.evict(key("c"), entries[2]);
    KvBlock block = Objects.requireNonNull(source.allocate(key("new"), LAYOUT, 16));
    assertThat(store.size()).isEqualTo(2);
    assertThat(pool.lostBytes()).as("half of it was free, in two pieces").isEqualTo(1024);
    block.releaseLease();
  }

  @Test
  void allocate_allLeased_isNull() {
    for (String user : new String[] {"a", "b", "c", "d"}) {
      assertThat(publish(user).tryLease()).isTrue();
    }
    assertThat(source.allocate(key("new"), LAYOUT, 2)).isNull();
    assertThat(store.size()).isEqualTo(4);
    assertThat(source.allocate(key("new"), OTHER, 32)).as("never fits").isNull();
  }

  @Test
  void allocate_entriesTooOld_areDroppedFirst() {
    for (String user : new String[] {"a", "b", "c", "d"}) {
      publish(user);
    }
    nanos.addAndGet(Duration.ofSeconds(101).toNanos());
    KvBlock block = Objects.requireNonNull(source.allocate(key("new"), LAYOUT, 32));
    assertThat(store.size()).isZero();
    assertThat(store.departures())
        .containsEntry(KvDeparture.AGE, 4L)
        .containsEntry(KvDeparture.ROOM, 0L);
    block.releaseLease();
  }

  @Test
  void allocate_slabOfAnotherModel_isClearedOfItsIdleEntries() {
    for (String user : new String[] {"a", "b"}) {
      publish(user);
    }
    KvBlock block = Objects.requireNonNull(source.allocate(key("new"), OTHER, 16));
    assertThat(block.bytes()).isEqualTo(8 * 192);
    assertThat(store.size()).isZero();
    assertThat(store.departures()).containsEntry(KvDeparture.ROOM, 2L);
    block.releaseLease();
  }

  @Test
  void allocate_slabOfAnotherModelWithALease_isLeftAlone() {
    KvEntry leased = publish("a");
    assertThat(leased.tryLease()).isTrue();
    publish("b");
    assertThat(source.allocate(key("new"), OTHER, 16)).isNull();
    assertThat(store.find(key("a"))).isSameAs(leased);
    leased.block().releaseLease();
  }
}
