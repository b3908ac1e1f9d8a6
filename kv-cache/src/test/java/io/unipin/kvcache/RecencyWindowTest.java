package io.unipin.kvcache;

import static io.unipin.kvcache.Rows.hashes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecencyWindowTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 1, 8, 32, KvType.FLOAT32);
  private static final long BYTES = LAYOUT.blockBytes(32);

  private final SlabPool pool = new SlabPool("test", 1 << 16, 1 << 16, false);
  private final AtomicLong nanos = new AtomicLong();
  private final RecencyWindow window = new RecencyWindow(3 * BYTES, nanos::incrementAndGet);

  @Test
  void overflow_keysUsedAlike_leaveInTheOrderTheyCame() {
    for (int i = 0; i < 5; i++) {
      window.put(key(i), entry(32));
    }
    assertThat(window.overflow()).containsExactly(key(0), key(1));
    assertThat(window.holds(key(1))).isFalse();
    assertThat(window.holds(key(2))).isTrue();
    assertThat(window.overflow()).isEmpty();
  }

  @Test
  void overflow_keyUsedSinceOthers_staysLonger() {
    for (int i = 0; i < 4; i++) {
      window.put(key(i), entry(32));
    }
    assertThat(window.overflow()).containsExactly(key(0));
    window.used(key(1));
    window.put(key(4), entry(32));
    assertThat(window.overflow()).containsExactly(key(2));
    window.put(key(5), entry(32));
    assertThat(window.overflow()).containsExactly(key(3));
    window.put(key(6), entry(32));
    assertThat(window.overflow()).containsExactly(key(1)); // used before 4 came
  }

  @Test
  void oldest_keys_areThoseNextToLeaveAndStay() {
    for (int i = 0; i < 3; i++) {
      window.put(key(i), entry(32));
    }
    window.used(key(0));
    assertThat(window.oldest(2)).extracting(Map.Entry::getKey).containsExactly(key(1), key(2));
    assertThat(window.oldest(9))
        .extracting(Map.Entry::getKey)
        .containsExactly(key(1), key(2), key(0));
    window.put(key(3), entry(32));
    assertThat(window.overflow()).containsExactly(key(1));
  }

  /** Equal rows in a block of more bytes save less for each. */
  @Test
  void overflow_keyThatSavesLittleForItsBytes_leavesEarlier() {
    RecencyWindow large = new RecencyWindow(20 * BYTES, nanos::incrementAndGet);
    int expensive = 0;
    int cheap = 0;
    for (int i = 0; i < 2_000; i++) {
      boolean small = i % 2 == 0;
      large.put(key(i), cached(small ? 2 : 4));
      for (KvKey gone : large.overflow()) {
        int number = Integer.parseInt(gone.user().substring(4));
        if (number % 2 == 0) {
          expensive = number;
        } else {
          cheap = number;
        }
      }
    }
    assertThat(cheap).isGreaterThan(expensive + 8); // of the cheap ones younger ones have gone
  }

  @Test
  void overflow_oneEntryLongerThanTheWindow_stays() {
    RecencyWindow small = new RecencyWindow(BYTES - 1);
    small.put(key(0), entry(32));
    assertThat(small.overflow()).isEmpty();
    small.put(key(1), entry(32));
    assertThat(small.overflow()).containsExactly(key(0));
  }

  @Test
  void put_keyGrows_countsItsNewBytesAlone() {
    for (int i = 0; i < 3; i++) {
      window.put(key(i), entry(2));
    }
    window.put(key(0), entry(32));
    window.put(key(1), entry(32));
    assertThat(window.overflow()).isEmpty();
    window.put(key(2), entry(32));
    assertThat(window.overflow()).isEmpty();
    window.put(key(3), entry(2));
    assertThat(window.overflow()).containsExactly(key(0));
  }

  @Test
  void remove_keyWithAnotherEntryByNow_keepsIt() {
    KvEntry old = entry(2);
    window.put(key(0), old);
    KvEntry fresh = entry(4);
    window.put(key(0), fresh);
    window.remove(key(0), old);
    assertThat(window.holds(key(0))).isTrue();
    window.remove(key(0), fresh);
    assertThat(window.holds(key(0))).isFalse();
    for (int i = 1; i < 4; i++) {
      window.put(key(i), entry(32));
    }
    assertThat(window.overflow()).isEmpty();
  }

  private static KvKey key(int i) {
    return new KvKey("user" + i, "model");
  }

  /** An entry of one row; its memory is given back at once, and used no more. */
  private KvEntry cached(int rows) {
    KvEntry entry = entry(rows);
    entry.block().releaseLease();
    return entry;
  }

  private KvEntry entry(int rows) {
    KvBlock block = Objects.requireNonNull(pool.allocate(LAYOUT, rows));
    return new KvEntry(hashes(0), block, new float[1]);
  }
}
