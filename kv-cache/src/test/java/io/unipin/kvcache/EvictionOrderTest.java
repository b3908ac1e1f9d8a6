package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.hashes;
import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EvictionOrderTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);
  private static final long BYTES = LAYOUT.blockBytes(32);

  private final SlabPool pool = new SlabPool("test", 1 << 20, 1 << 20, false);
  private final EvictionOrder order = new EvictionOrder(3 * BYTES);

  @Test
  void overflow_keysUsedAlike_goInTheOrderTheyCame() {
    for (int i = 0; i < 5; i++) {
      order.put(key(i), entry(32));
    }
    assertThat(order.overflow(key(4)))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(0), key(1));
    assertThat(order.overflow(null)).isEmpty();
  }

  @Test
  void overflow_keyUsedOften_staysLonger() {
    for (int i = 0; i < 4; i++) {
      order.put(key(i), entry(32));
    }
    use(0, 9);
    assertThat(order.overflow(key(3))).extracting(Map.Entry::getKey).containsExactly(key(1));
    order.put(key(4), entry(32));
    assertThat(order.overflow(key(4))).extracting(Map.Entry::getKey).containsExactly(key(2));
  }

  /** A frequent user who stopped coming is evicted in the end. */
  @Test
  void overflow_keyUsedOftenButNoMore_goesWhenOthersHaveComeAndGone() {
    comeAndGo();
    order.put(key(0), entry(32));
    use(0, 100);
    int gone = 0;
    for (int i = 1;
        order.first(9, EvictionOrderTest::any).stream().anyMatch(e -> e.getKey().equals(key(0)));
        i++) {
      order.put(key(i), entry(32));
      gone += order.overflow(key(i)).size();
      assertThat(i).isLessThan(100);
    }
    assertThat(gone).isGreaterThan(3); // a key that was used once is evicted after two other keys
  }

  @Test
  void put_keyThatWasUsedOftenBeforeItWent_isRemembered() {
    order.put(key(0), entry(32));
    use(0, 9);
    for (int i = 1; i < 70; i++) {
      order.put(key(i), entry(32));
      order.overflow(key(i));
    }
    order.put(key(0), entry(32));
    order.put(key(100), entry(32));
    order.put(key(101), entry(32));
    order.put(key(102), entry(32));
    assertThat(order.overflow(key(102))).extracting(Map.Entry::getKey).doesNotContain(key(0));
  }

  @Test
  void overflow_newest_staysThoughItIsWorthTheLeast() {
    comeAndGo();
    for (int i = 0; i < 3; i++) {
      order.put(key(i), entry(32));
      order.overflow(key(i));
      use(i, 15);
    }
    for (int i = 0; i < 3; i++) {
      order.seen(key(i)); // no request comes in between, so all keys have the same last use
    }
    order.put(key(3), entry(17)); // its block is as large as a block for 32 rows
    assertThat(order.first(1, EvictionOrderTest::any))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(3));
    assertThat(order.overflow(key(3))).extracting(Map.Entry::getKey).containsExactly(key(0));
    assertThat(order.first(9, EvictionOrderTest::any))
        .extracting(Map.Entry::getKey)
        .contains(key(3));
  }

  /**
   * Key 0 saves a little more per byte than the other keys. Yet it is evicted first, because it was
   * used least recently.
   */
  @Test
  void first_keysWorthAboutAsMuch_areThoseUnusedForLongest() {
    comeAndGo();
    for (int i = 0; i < 3; i++) {
      order.put(key(i), entry(i == 0 ? 32 : 31));
      order.overflow(key(i));
    }
    assertThat(order.first(3, EvictionOrderTest::any))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(0), key(1), key(2));
  }

  /**
   * Many requests after a quiet time reduce the patience of the {@link EvictionOrder}. Even then,
   * the newest keys must not be evicted before older keys.
   */
  @Test
  void overflow_rushAfterAQuietTime_dropsThoseUnusedForLongest() {
    order.resize(32 * BYTES);
    Deque<KvKey> others = new ArrayDeque<>();
    for (int i = 0; i < 32; i++) {
      order.put(key(i), entry(32));
      others.add(key(i));
    }
    others.remove(key(0));
    use(0, 20_000);
    for (int i = 32; i < 300; i++) {
      order.put(key(i), entry(32));
      others.add(key(i));
      for (Map.Entry<KvKey, KvEntry> gone : order.overflow(key(i))) {
        if (!gone.getKey().equals(key(0))) {
          assertThat(gone.getKey()).isEqualTo(others.poll());
        }
        gone.getValue().block().releaseLease();
      }
    }
  }

  /**
   * A queue may hold the {@link EvictionPlace} of an erased user for a while. This object must not
   * keep the user's key or entry in memory.
   */
  @Test
  void remove_keyThatIsQueued_leavesNothingOfItBehind() throws InterruptedException {
    KvKey key = new KvKey("erased", "m");
    KvEntry entry = entry(32);
    order.put(key, entry);
    order.put(key(1), entry(32));
    order.remove(key, entry);
    entry.block().releaseLease();
    WeakReference<KvKey> left = new WeakReference<>(key);
    WeakReference<KvEntry> leftEntry = new WeakReference<>(entry);
    key = null;
    entry = null;
    for (int i = 0; i < 100 && (left.get() != null || leftEntry.get() != null); i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(left.get()).isNull();
    assertThat(leftEntry.get()).isNull();
    assertThat(order.first(2, EvictionOrderTest::any))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(1));
  }

  /**
   * If two blocks have the same size, it costs more to encode the rows of the fuller block again.
   */
  @Test
  void first_keysUsedAlike_areThoseThatSaveLeastPerByte() {
    comeAndGo();
    order.put(key(0), entry(32));
    order.put(key(1), entry(17));
    order.put(key(2), entry(25));
    order.overflow(null);
    for (int i = 0; i < 3; i++) {
      order.seen(key(i)); // all keys have the same last use
    }
    assertThat(order.first(3, EvictionOrderTest::any))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(1), key(2), key(0));
    assertThat(order.first(1, entry -> entry.rows() == 32))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(0));
  }

  @Test
  void put_keyGrows_countsItsNewBytesAlone() {
    for (int i = 0; i < 3; i++) {
      order.put(key(i), entry(2));
    }
    for (int i = 0; i < 3; i++) {
      order.put(key(i), entry(32));
      assertThat(order.overflow(key(i))).isEmpty();
    }
    order.put(key(3), entry(2));
    assertThat(order.overflow(key(3))).hasSize(1);
  }

  @Test
  void remove_keyWithAnotherEntryByNow_keepsIt() {
    KvEntry old = entry(2);
    order.put(key(0), old);
    KvEntry fresh = entry(4);
    order.put(key(0), fresh);
    order.remove(key(0), old);
    assertThat(order.first(1, EvictionOrderTest::any)).hasSize(1);
    order.remove(key(0), fresh);
    assertThat(order.first(1, EvictionOrderTest::any)).isEmpty();
    for (int i = 1; i < 4; i++) {
      order.put(key(i), entry(32));
    }
    assertThat(order.overflow(null)).isEmpty();
  }

  @Test
  void resize_less_dropsTheRest() {
    for (int i = 0; i < 3; i++) {
      order.put(key(i), entry(32));
    }
    order.resize(BYTES);
    assertThat(order.overflow(null)).hasSize(2);
    order.resize(0);
    assertThat(order.overflow(null)).hasSize(1);
  }

  /** Causes enough evictions for the order to learn how long evicted keys were unused. */
  private void comeAndGo() {
    for (int i = 1000; i < 1100; i++) {
      order.put(key(i), entry(32));
      order.overflow(key(i));
    }
  }

  private void use(int key, int times) {
    for (int use = 0; use < times; use++) {
      order.used(key(key));
      order.seen(key(key));
    }
  }

  private static boolean any(KvEntry entry) {
    return entry.rows() > 0;
  }

  private static KvKey key(int i) {
    return new KvKey("user" + i, "model");
  }

  private KvEntry entry(int rows) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, rows));
    return new KvEntry(hashes(sequence(rows, 1)), block, new float[1]);
  }
}
