package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.EngineOptions;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class BundleHolderTest {
  private static final int READERS = 3;

  /** Bundles that the holder reported as drained (no longer used), in the order of the reports. */
  private final Queue<LoadedBundle> drained = new ConcurrentLinkedQueue<>();

  private static LoadedBundle load() {
    try {
      Path fixture =
          Path.of(Objects.requireNonNull(BundleHolderTest.class.getResource("format-3")).toURI());
      return new BundleReader(Objects.requireNonNull(fixture.getParent()), EngineOptions.cpu())
          .load("format-3");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void acquire_beforeAnyBundleAndAfterTheLast_isUnavailable() {
    BundleHolder holder = new BundleHolder(drained::add);
    assertUnavailable(holder);
    assertThat(holder.rollBack()).isEmpty();
    LoadedBundle bundle = load();
    holder.swap(bundle);
    assertThat(holder.isServing()).isTrue();
    List<LoadedBundle> served = new ArrayList<>();
    holder.ifServing(served::add);
    assertThat(served).containsExactly(bundle);
    holder.close();
    holder.close();
    assertUnavailable(holder);
    assertThat(drained).containsExactly(bundle);
  }

  private static void assertUnavailable(BundleHolder holder) {
    assertThat(holder.isServing()).isFalse();
    holder.ifServing(bundle -> assertThat(bundle).as("nothing serves").isNull());
    assertThatThrownBy(holder::acquire)
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
  }

  @Test
  void swap_withoutKeeping_drainsTheOldWithItsLastLease() {
    try (BundleHolder holder = new BundleHolder(drained::add)) {
      LoadedBundle first = load();
      holder.swap(first);
      BundleLease lease = holder.acquire();
      LoadedBundle second = load();
      holder.swap(second);
      assertThat(holder.previous()).isEmpty();
      assertThat(holder.previousName()).isEmpty();
      assertThat(holder.rollBack()).isEmpty();
      assertThat(lease.bundle()).isSameAs(first);
      assertThat(drained).isEmpty();
      try (BundleLease now = holder.acquire()) {
        assertThat(now.bundle()).isSameAs(second);
      }
      lease.close();
      assertThat(drained).containsExactly(first);
      lease.close();
      assertThat(drained).as("once, however often a lease is closed").containsExactly(first);
    }
    assertThat(drained).hasSize(2);
  }

  @Test
  void rollBack_there_andBack_keepsBothLoaded() {
    LoadedBundle first = load();
    LoadedBundle second = load();
    LoadedBundle third = load();
    try (BundleHolder holder = new BundleHolder(drained::add, true)) {
      holder.swap(first);
      assertThat(holder.rollBack()).as("nothing served before").isEmpty();
      holder.swap(second);
      assertThat(holder.previous()).containsSame(first);
      assertThat(holder.previousName()).contains(first.name());
      assertThat(holder.rollBack()).containsSame(first);
      assertThat(holder.previous()).containsSame(second);
      assertThat(holder.rollBack()).containsSame(second);
      assertThat(drained).isEmpty();
      holder.swap(third);
      assertThat(drained).as("what served before the last two").containsExactly(first);
      assertThat(holder.rollBack()).containsSame(second);
    }
    assertThat(drained).containsExactlyInAnyOrder(first, second, third);
  }

  @Test
  void close_underALease_waitsForItAndLeavesNothingToRollBackTo() {
    BundleHolder holder = new BundleHolder(drained::add, true);
    LoadedBundle first = load();
    LoadedBundle second = load();
    holder.swap(first);
    holder.swap(second);
    try (BundleLease lease = holder.acquire()) {
      holder.close();
      assertThat(drained).containsExactly(first);
      assertThat(holder.rollBack()).isEmpty();
      assertThat(holder.isServing()).isFalse();
      assertThat(lease.bundle().name()).isEqualTo(second.name());
    }
    assertThat(drained).containsExactly(first, second);
  }

  /**
   * Requests run while bundles are swapped and rolled back, until the holder is closed. No bundle
   * may be drained while a request uses it, and every bundle must be drained once.
   */
  @Test
  void rollBackAndClose_underRequests_drainEveryBundleOnceAfterItsLastLease() throws Exception {
    List<LoadedBundle> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(load());
    }
    BundleHolder holder = new BundleHolder(drained::add, true);
    holder.swap(all.get(0));
    AtomicBoolean closed = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(READERS);
    ExecutorService pool = Executors.newFixedThreadPool(READERS + 1);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Callable<Integer> reader = () -> read(holder, closed, begun);
        readers.add(pool.submit(reader));
      }
      begun.await();
      Future<?> rollingBack =
          pool.submit(
              () -> {
                while (!closed.get()) {
                  holder.rollBack();
                  LockSupport.parkNanos(1); // lets the other threads run
                }
              });
      for (LoadedBundle next : all.subList(1, all.size())) {
        holder.swap(next);
        for (int i = 0; i < 100; i++) {
          holder.rollBack();
          LockSupport.parkNanos(1); // lets the other threads run
        }
      }
      holder.close();
      closed.set(true);
      rollingBack.get();
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
      assertThat(drained).containsExactlyInAnyOrderElementsOf(all);
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private int read(BundleHolder holder, AtomicBoolean closed, CountDownLatch begun) {
    int count = 0;
    while (true) {
      try (BundleLease lease = holder.acquire()) {
        LoadedBundle bundle = lease.bundle();
        assertThat(bundle.catalogue().size()).isEqualTo(3);
        LockSupport.parkNanos(1); // lets the other threads run
        assertThat(drained).doesNotContain(bundle);
        count++;
      } catch (ServingException e) {
        assertThat(closed.get() || !holder.isServing()).isTrue();
        return count;
      } finally {
        begun.countDown();
      }
    }
  }
}
