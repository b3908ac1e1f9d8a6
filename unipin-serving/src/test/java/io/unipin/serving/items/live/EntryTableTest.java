package io.unipin.serving.items.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EntryTableTest {
  private static LiveEntry entry(long id) {
    return new LiveEntry(new LiveItem(id, 1, "", "", "", 0, 0), "", 0, 0, null);
  }

  @Test
  void changes_equalThoseOfAMap() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      EntryTable table = new EntryTable();
      Map<Long, LiveEntry> map = new HashMap<>();
      for (int step = 0; step < 3000; step++) {
        long id = random.nextBoolean() ? random.nextInt(50) : (long) random.nextInt(50) << 40;
        LiveEntry present = map.get(id);
        if (random.nextInt(10) < (step / 500 % 2 == 0 ? 7 : 3)) {
          LiveEntry entry = entry(id);
          table.put(entry);
          map.put(id, entry);
        } else if (present != null) {
          assertThat(table.remove(entry(id))).as("another entry").isFalse();
          assertThat(table.remove(present)).isTrue();
          assertThat(table.remove(present)).as("again").isFalse();
          map.remove(id);
        }
        for (long other = 0; other < 50; other++) {
          assertThat(table.get(other)).as("seed %s", seed).isSameAs(map.get(other));
          assertThat(table.get(other << 40)).isSameAs(map.get(other << 40));
        }
        assertThat(table.size()).isEqualTo(map.size());
      }
    }
  }

  @Test
  void get_idsThatNoItemHas_findsNothing() {
    EntryTable table = new EntryTable();
    LiveEntry only = entry(3);
    table.put(only);
    table.remove(only);
    for (long id : new long[] {Long.MIN_VALUE, -1, 3, Long.MAX_VALUE}) {
      assertThat(table.get(id)).isNull();
    }
  }

  @Test
  void room_ofItemsThatComeAndGo_followsTheirNumber() {
    EntryTable table = new EntryTable();
    LiveEntry[] kept = new LiveEntry[1000];
    for (int i = 0; i < 200_000; i++) {
      LiveEntry next = entry(i);
      table.put(next);
      LiveEntry old = kept[i % kept.length];
      if (old != null) {
        assertThat(table.remove(old)).isTrue();
      }
      kept[i % kept.length] = next;
    }
    assertThat(table.size()).isEqualTo(kept.length);
    assertThat(table.room()).isLessThan(2 * kept.length);
  }

  /**
   * Readers look up ids that stay in the table, and ids that a writer adds and removes. Meanwhile
   * the table's memory is reallocated.
   */
  @Test
  void readers_besideAWriter_findWhatStaysAndNoOther() throws Exception {
    EntryTable table = new EntryTable();
    for (long id = 0; id < 100; id++) {
      table.put(entry(id));
    }
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        readers.add(pool.submit(() -> read(table, done)));
      }
      Random random = new Random(3);
      LiveEntry[] others = new LiveEntry[2000];
      for (int step = 0; step < 1_000_000; step++) {
        int at = random.nextInt(others.length);
        if (others[at] == null) {
          others[at] = entry(100 + at);
          table.put(others[at]);
        } else {
          assertThat(table.remove(others[at])).isTrue();
          others[at] = null;
        }
      }
      done.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
    } finally {
      done.set(true);
      pool.shutdownNow();
    }
  }

  private static void read(EntryTable table, AtomicBoolean done) {
    while (!done.get()) {
      for (long id = 0; id < 2100; id++) {
        LiveEntry found = table.get(id);
        if (id < 100 && found == null) {
          throw new AssertionError("item " + id + " expected, got none");
        }
        if (found != null && found.id != id) {
          throw new AssertionError("item " + id + " expected, got " + found.id);
        }
      }
    }
  }
}
