package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.bundle.TinyBundles;
import io.unipin.serving.failure.ServingException;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests which items the index of every serving bundle contains after changes, swaps and roll-backs.
 */
@Timeout(120)
final class ItemChangesTest {
  private static final long[] ITEMS =
      IntStream.range(0, TinyBundles.ITEMS).mapToLong(TinyBundles.catalogue()::id).toArray();

  @TempDir Path folder;
  private BundleReader reader;
  private final BundleHolder serving = new BundleHolder(drained -> {}, true);
  private final BundleHolder arm = new BundleHolder(drained -> {});
  private final BundleHolder idle = new BundleHolder(drained -> {});
  private ItemStore store;
  private ItemChanges changes;

  @BeforeEach
  void load() {
    store = ItemStore.open(folder.resolve("items"));
    ItemsConfig config = new ItemsConfig(folder, 0, new ByteSize(1 << 20), 1000);
    changes = new ItemChanges(serving, List.of(arm, idle), store, config, () -> 0);
    reader = new BundleReader(folder, EngineOptions.cpu());
    TinyBundles.publish(folder, "one", "exact", 1, folder);
    TinyBundles.publish(folder, "two", "Flat", 2, folder);
    swap("one");
    arm.swap(reader.load("two"));
  }

  @AfterEach
  void close() {
    serving.close();
    arm.close();
    store.close();
  }

  private void swap(String name) {
    LoadedBundle next = reader.load(name);
    changes.serve(next, () -> serving.swap(next));
  }

  private void rollBack() {
    changes.serve(serving.previous().orElseThrow(), serving::rollBack);
  }

  private static Set<Long> held(BundleHolder holder) {
    Set<Long> held = new HashSet<>();
    try (BundleLease lease = holder.acquire()) {
      for (long id : ITEMS) {
        if (lease.bundle().index().holds(id)) {
          held.add(id);
        }
      }
      assertThat(lease.bundle().index().size()).isEqualTo(held.size());
    }
    return held;
  }

  private static List<ItemWriter.Upsert> restore(long... ids) {
    return LongStream.of(ids).mapToObj(id -> new ItemWriter.Upsert(id, List.of())).toList();
  }

  @Test
  void rollBack_itemRestoredMeanwhile_isThereAgain() {
    changes.change(List.of(), new long[] {ITEMS[38]});
    swap("two");
    changes.change(restore(ITEMS[38]), new long[0]);
    rollBack();
    assertThat(held(serving)).hasSize(ITEMS.length);
  }

  @Test
  void anyChangesSwapsAndRollBacks_everyBundleHoldsWhatIsNotDeleted() {
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      Set<Long> expected = held(serving); // the ids that the index must contain
      for (int step = 0; step < 60; step++) {
        step(random, expected);
        assertThat(held(serving)).as("seed %d, step %d", seed, step).isEqualTo(expected);
        assertThat(held(arm)).as("arm, seed %d, step %d", seed, step).isEqualTo(expected);
      }
    }
  }

  private void step(Random random, Set<Long> expected) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      swap(random.nextBoolean() ? "one" : "two");
    } else if (kind <= 5 && serving.previous().isPresent()) {
      rollBack();
    } else {
      List<ItemWriter.Upsert> upserts = new ArrayList<>();
      for (long id : some(random)) {
        float[] own = {1, 0, 0, 0, 0, 0, 0, random.nextFloat()};
        upserts.add(new ItemWriter.Upsert(id, random.nextBoolean() ? List.of() : list(own)));
        expected.add(id);
      }
      long[] deletes = some(random);
      LongStream.of(deletes).forEach(expected::remove);
      changes.change(upserts, deletes);
    }
  }

  private static long[] some(Random random) {
    return random
        .longs(random.nextInt(6), 0, ITEMS.length)
        .distinct()
        .map(i -> ITEMS[(int) i])
        .toArray();
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  @Test
  void change_refused_changesNothing() {
    changes.change(List.of(), new long[] {ITEMS[1], ITEMS[2]});
    Set<Long> before = held(serving);
    List<ItemWriter.Upsert> twice = restore(ITEMS[1], ITEMS[1]);
    assertThatThrownBy(() -> changes.change(twice, new long[] {ITEMS[5]}))
        .isInstanceOf(ServingException.class);
    swap("two");
    assertThat(held(serving)).isEqualTo(before);
    assertThat(held(arm)).isEqualTo(before);
  }

  @Test
  void changesWhileBundlesAreSwapped_loseNothing() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      Future<?> swaps =
          pool.submit(
              () -> {
                for (int i = 0; i < 4; i++) {
                  swap(i % 2 == 0 ? "two" : "one");
                  rollBack();
                }
              });
      Set<Long> expected = new HashSet<>(held(serving));
      Random random = new Random(3);
      while (!swaps.isDone()) {
        long id = ITEMS[random.nextInt(ITEMS.length)];
        boolean there = random.nextBoolean();
        changes.change(there ? restore(id) : List.of(), there ? new long[0] : new long[] {id});
        if (there) {
          expected.add(id);
        } else {
          expected.remove(id);
        }
      }
      swaps.get();
      assertThat(held(serving)).isEqualTo(expected);
      assertThat(held(arm)).isEqualTo(expected);
      rollBack();
      assertThat(held(serving)).isEqualTo(expected);
    } finally {
      pool.shutdownNow();
    }
  }
}
