package io.unipin.serving.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.ServingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a breaker learns from a real Redis, and not from the patience of callers. */
@NeedsRedis
@Timeout(60)
final class RedisPatienceTest {
  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
  private static final Duration PATIENCE = Duration.ofMillis(800);

  @TempDir Path folder;
  private final RedisBreaker breaker = new RedisBreaker("test", PATIENCE);
  private RedisServer server;
  private RedisConnections redis;

  @BeforeEach
  void start() {
    server = RedisServer.start(folder);
    redis = RedisConnections.open("test", server.place());
  }

  @AfterEach
  void stop() {
    redis.close();
    server.close();
  }

  private void ask(Duration patience) {
    breaker.call(() -> redis.ask(commands -> commands.exists(KEY), patience));
  }

  /** Asks Redis with little patience, and returns whether no answer came in time. */
  private boolean fails(Duration patience) {
    try {
      ask(patience);
      return false;
    } catch (ServingException e) {
      return true;
    }
  }

  private void assertNeverOpened() {
    ask(PATIENCE);
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.opened()).isZero();
    assertThat(breaker.refused()).isZero();
  }

  @Test
  void callersWithoutTime_leaveRedisToOthers() {
    int failed = 0;
    for (int call = 0; call < 100; call++) {
      failed += fails(Duration.ofNanos(1)) ? 1 : 0;
    }
    assertThat(failed).isGreaterThan(50);
    assertNeverOpened();
  }

  /** Redis answers after 300 ms. These callers do not wait for so long, but other callers would. */
  @Test
  void callersWithLittleTime_whileRedisIsSlow_leaveItToOthers() {
    assertThat(server.command("CLIENT PAUSE 300 ALL")).isEqualTo("+OK");
    for (int call = 0; call < 10; call++) {
      assertThat(fails(Duration.ofMillis(10))).isTrue();
    }
    assertNeverOpened();
  }

  /** Redis answers only after 300 ms, so the interrupt is seen before an answer arrives. */
  @Test
  void callersThatAreInterrupted_leaveRedisToOthers() {
    assertThat(server.command("CLIENT PAUSE 300 ALL")).isEqualTo("+OK");
    try {
      for (int call = 0; call < 10; call++) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ask(PATIENCE)).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
      }
    } finally {
      boolean unused = Thread.interrupted(); // the connection is closed without the interrupt
    }
    assertNeverOpened();
  }

  /** No caller waits long enough to be certain that Redis is unavailable, but the breaker does. */
  @Test
  void callersWithLittleTime_whileRedisHangs_openItAndItRecovers() {
    server.signal("STOP");
    try {
      long begin = System.nanoTime();
      Eventually.holds(() -> fails(Duration.ofMillis(5)) && breaker.isOpen());
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(PATIENCE);
      assertThat(breaker.opened()).isEqualTo(1);
      assertThat(fails(Duration.ofMillis(5))).isTrue();
      assertThat(breaker.refused()).isPositive();
    } finally {
      server.signal("CONT");
    }
    Eventually.holds(() -> !fails(PATIENCE) && !breaker.isOpen());
  }
}
