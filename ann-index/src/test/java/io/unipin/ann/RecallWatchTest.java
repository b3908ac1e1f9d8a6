package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecallWatchTest {
  private static final AnnResult FOUND = new AnnResult(1, 1, new long[] {7}, new float[] {1});

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger done = new AtomicInteger();

  private RecallWatch watch(Executor executor) {
    return new RecallWatch(Duration.ofSeconds(1), now::get, executor);
  }

  private void assertWatchesAgain(RecallWatch watch) {
    assertThat(watch.wants()).isFalse();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(watch.wants()).isTrue();
  }

  @Test
  void compare_executorWithoutMemory_watchesAgain() {
    RecallWatch watch =
        watch(
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    assertThat(watch.wants()).isTrue();
    assertThatThrownBy(() -> watch.compare(FOUND, () -> FOUND, done::incrementAndGet))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(done).hasValue(1);
    assertWatchesAgain(watch);
  }

  @Test
  void compare_closedExecutor_letsTheAnswerStand() {
    RecallWatch watch =
        watch(
            task -> {
              throw new RejectedExecutionException("closed");
            });
    assertThat(watch.wants()).isTrue();
    watch.compare(FOUND, () -> FOUND, done::incrementAndGet);
    assertThat(done).hasValue(1);
    assertWatchesAgain(watch);
  }

  @Test
  void compare_comparisonThatFails_watchesAgain() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    RecallWatch watch = watch(tasks::add);
    assertThat(watch.wants()).isTrue();
    watch.compare(
        FOUND,
        () -> {
          throw new NoClassDefFoundError("a class of the engine");
        },
        done::incrementAndGet);
    assertThatThrownBy(tasks.remove()::run).isInstanceOf(NoClassDefFoundError.class);
    assertThat(done).hasValue(1);
    assertWatchesAgain(watch);
    watch.compare(FOUND, () -> FOUND, done::incrementAndGet);
    tasks.remove().run();
    assertThat(watch.recall()).isEqualTo(1);
  }
}
