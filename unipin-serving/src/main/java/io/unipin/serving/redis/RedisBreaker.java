package io.unipin.serving.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls at once while Redis is away, so that they don't wait for it. After half a second it
 * lets three calls try. Thread-safe.
 */
public final class RedisBreaker {
  private static final Logger logger = LoggerFactory.getLogger(RedisBreaker.class);
  private static final int WINDOW = 20;
  private static final int LEAST_CALLS = 4;
  private static final int TRIALS = 3;
  private static final float FAILED_PERCENT = 50;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final String name;
  private final CircuitBreaker breaker;
  private final AtomicLong opened = new AtomicLong();

  /** The breaker's own count begins anew with each of its states. */
  private final LongAdder refused = new LongAdder();

  /** Creates a breaker. The name stands in messages, such as {@code history}. */
  public RedisBreaker(String name) {
    this.name = name;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(WINDOW)
                .minimumNumberOfCalls(LEAST_CALLS)
                .failureRateThreshold(FAILED_PERCENT)
                .waitDurationInOpenState(PAUSE)
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .recordException(RedisBreaker::showsAbsence)
                .build());
    breaker.getEventPublisher().onStateTransition(event -> changed(event.getStateTransition()));
  }

  private void changed(CircuitBreaker.StateTransition change) {
    if (change == CircuitBreaker.StateTransition.CLOSED_TO_OPEN) {
      opened.incrementAndGet();
    }
    logger.warn("the {} store's Redis: {}", name, describe(change.getToState()));
  }

  private static boolean showsAbsence(Throwable failure) {
    return failure instanceof ServingException serving
        && serving.kind() == FailureKind.UNAVAILABLE
        && !(failure.getCause() instanceof InterruptedException); // the caller gave up
  }

  private static String describe(CircuitBreaker.State state) {
    return switch (state) {
      case OPEN, FORCED_OPEN -> "it is away, calls are refused";
      case HALF_OPEN -> "a few calls try whether it is back";
      default -> "calls go to it";
    };
  }

  /**
   * Makes a call.
   *
   * @throws ServingException UNAVAILABLE at once while Redis is away, or what the call throws
   */
  public <T> T call(Supplier<T> call) {
    try {
      return breaker.executeSupplier(call);
    } catch (CallNotPermittedException e) {
      refused.increment();
      throw ServingException.unavailable("the %s store's Redis is away".formatted(name), PAUSE, e);
    }
  }

  /** Returns the number of calls that were refused. */
  public long refused() {
    return refused.sum();
  }

  /** Returns how often Redis went away. */
  public long opened() {
    return opened.get();
  }

  /** Whether Redis is held to be away. A few calls may still try whether it is back. */
  public boolean isOpen() {
    return breaker.getState() != CircuitBreaker.State.CLOSED;
  }
}
