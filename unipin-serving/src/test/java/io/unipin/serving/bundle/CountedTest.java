package io.unipin.serving.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class CountedTest {
  private final AtomicInteger closed = new AtomicInteger();
  private final Counted<String> counted = new Counted<>("value", closed::incrementAndGet);

  @Test
  void release_last_closesOnce() {
    assertThat(counted.retain()).isTrue();
    counted.release();
    assertThat(closed).hasValue(0);
    counted.release();
    assertThat(closed).hasValue(1);
    assertThat(counted.retain()).isFalse();
    assertThatThrownBy(counted::release).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Timeout(30)
  void retain_whileOwnerLetsGo_neverHoldsAClosedValue() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      AtomicInteger held = new AtomicInteger();
      List<Future<?>> users =
          IntStream.range(0, 4)
              .<Future<?>>mapToObj(
                  thread ->
                      pool.submit(
                          () -> {
                            while (counted.retain()) {
                              assertThat(closed).hasValue(0);
                              held.incrementAndGet();
                              counted.release();
                            }
                          }))
              .toList();
      while (held.get() < 1000) {
        Thread.onSpinWait();
      }
      counted.release();
      for (Future<?> user : users) {
        user.get();
      }
      assertThat(closed).hasValue(1);
    } finally {
      pool.shutdownNow();
    }
  }
}
