package io.unipin.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RecurringTest {
  @Test
  void run_taskThatThrowsWhatever_isDoneAgain() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(4);
    Runnable task =
        () -> {
          runs.countDown();
          if (runs.getCount() % 2 == 1) {
            throw new IllegalStateException("once more");
          }
          throw new NoClassDefFoundError("and once more");
        };
    try (Recurring recurring = Recurring.start("test", Duration.ofMillis(1), task)) {
      runs.await();
      assertThat(recurring).isNotNull();
    }
  }
}
