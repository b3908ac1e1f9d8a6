package io.unipin.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryTrimTest {
  @Test
  void start_untilClosed_trimsAgainAndAgain() throws InterruptedException {
    CountDownLatch trims = new CountDownLatch(3);
    MemoryTrim trim = MemoryTrim.start(Duration.ofMillis(1), trims::countDown);
    try {
      assertThat(trims.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      trim.close();
    }
  }
}
