package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GathererTest {
  private record Numbered(int value, Object bucket, int rows) implements Gatherer.Call {
    Numbered(int value, Object bucket) {
      this(value, bucket, 1);
    }
  }

  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final List<List<Gatherer.Call>> batches = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  /**
   * Runs a batch: waits until the test opens {@code go}, then returns the number of every call.
   * Throws if a number is negative.
   */
  private List<float[]> echo(List<Gatherer.Call> calls) {
    batches.add(calls);
    running.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return calls.stream()
        .map(
            call -> {
              int value = ((Numbered) call).value();
              if (value < 0) {
                throw new IllegalStateException("negative");
              }
              return new float[] {value};
            })
        .toList();
  }

  private Gatherer gatherer(int threads, int calls, int rows, Duration wait) {
    return new Gatherer("test", threads, new Gatherer.Limits(calls, rows, wait), this::echo);
  }

  private Future<float[]> submit(Gatherer gatherer, int value, Object bucket) {
    return callers.submit(() -> gatherer.call(new Numbered(value, bucket)));
  }

  @Test
  void call_whileABatchRuns_areGatheredByBucketUpToTheMost() throws Exception {
    try (Gatherer gatherer = gatherer(1, 3, 100, Duration.ofSeconds(20))) {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(submit(gatherer, i, "a"));
      }
      running.await();
      for (int i = 3; i < 9; i++) {
        results.add(submit(gatherer, i, i % 2 == 0 ? "a" : "b"));
      }
      go.countDown();
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).containsExactly(i);
      }
    }
    assertThat(batches).hasSize(3).allMatch(batch -> batch.size() == 3);
    assertThat(batches)
        .allMatch(batch -> batch.stream().map(Gatherer.Call::bucket).distinct().count() == 1);
  }

  @Test
  void call_batchFails_failsItsCallsAlone() throws Exception {
    go.countDown();
    try (Gatherer gatherer = gatherer(1, 4, 100, Duration.ZERO)) {
      assertThatThrownBy(() -> gatherer.call(new Numbered(-1, "a")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("negative");
      assertThat(gatherer.call(new Numbered(7, "a"))).containsExactly(7);
    }
  }

  @Test
  void call_moreRowsThanTheLimit_waitsForTheNextBatch() throws Exception {
    try (Gatherer gatherer = gatherer(1, 10, 5, Duration.ZERO)) {
      List<Future<float[]>> results = new ArrayList<>();
      results.add(submit(gatherer, 0, "a"));
      running.await();
      for (int i = 1; i < 6; i++) {
        Numbered call = new Numbered(i, "a", i == 3 ? 9 : 2);
        results.add(callers.submit(() -> gatherer.call(call)));
      }
      while (gatherer.waiting() < 5) {
        Thread.onSpinWait();
      }
      go.countDown();
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).containsExactly(i);
      }
    }
    assertThat(batches)
        .allMatch(
            batch -> batch.size() == 1 || batch.stream().mapToInt(Gatherer.Call::rows).sum() <= 5);
    assertThat(batches).anyMatch(batch -> batch.size() == 2);
  }

  @Test
  void call_twoThreads_runsABatchWhileAnotherRuns() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Gatherer.Runner meeting =
        calls -> {
          both.countDown();
          try {
            both.await(); // with one thread, the second batch would never run
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return calls.stream().map(call -> new float[1]).toList();
        };
    Gatherer.Limits limits = new Gatherer.Limits(1, 100, Duration.ZERO);
    try (Gatherer gatherer = new Gatherer("test", 2, limits, meeting)) {
      Future<float[]> first = submit(gatherer, 1, "a");
      Future<float[]> second = submit(gatherer, 2, "b");
      assertThat(first.get()).hasSize(1);
      assertThat(second.get()).hasSize(1);
    }
  }

  @Test
  void close_callsWaiting_failsThem() throws Exception {
    Gatherer gatherer = gatherer(1, 1, 100, Duration.ZERO);
    Future<float[]> first = submit(gatherer, 1, "a");
    running.await();
    Future<float[]> second = submit(gatherer, 2, "a");
    gatherer.close(); // interrupts the running batch
    assertThat(first.get()).containsExactly(1);
    assertThatThrownBy(second::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ModelException.class);
  }

  @Test
  void close_whileABatchIsGathered_failsItsCalls() throws Exception {
    go.countDown();
    CountDownLatch taken = new CountDownLatch(2);
    Gatherer gatherer = gatherer(1, 3, 100, Duration.ofDays(1));
    Future<float[]> first = callers.submit(() -> gatherer.call(new Asked(taken)));
    Future<float[]> second = callers.submit(() -> gatherer.call(new Asked(taken)));
    taken.await(); // now the batch has both calls, and waits for a third
    gatherer.close();
    for (Future<float[]> each : List.of(first, second)) {
      assertThatThrownBy(each::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ModelException.class);
    }
    assertThatThrownBy(() -> gatherer.call(new Numbered(1, "a")))
        .isInstanceOf(ModelException.class);
  }

  /**
   * A call that signals when its bucket is read. The gatherer reads the bucket when it takes the
   * call from the queue.
   */
  private record Asked(CountDownLatch taken) implements Gatherer.Call {
    @Override
    public Object bucket() {
      taken.countDown();
      return "a";
    }

    @Override
    public int rows() {
      return 1;
    }
  }

  @Test
  void call_callerInterrupted_stillWaitsForItsResult() throws Exception {
    try (Gatherer gatherer = gatherer(1, 1, 100, Duration.ZERO)) {
      boolean[] interrupted = new boolean[1];
      float[][] result = new float[1][];
      Thread caller =
          new Thread(
              () -> {
                result[0] = gatherer.call(new Numbered(5, "a"));
                interrupted[0] = Thread.currentThread().isInterrupted();
              });
      caller.start();
      running.await();
      caller.interrupt();
      go.countDown();
      caller.join();
      assertThat(result[0]).containsExactly(5);
      assertThat(interrupted[0]).isTrue();
    }
  }
}
