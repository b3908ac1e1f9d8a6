package io.unipin.serving.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
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
    breaker
        .getEventPublisher()
        .onStateTransition(
            event ->
                logger.warn(
                    "the {} store's Redis: {}",
                    name,
                    describe(event.getStateTransition().getToState())));
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
      throw ServingException.unavailable("the %s store's Redis is away".formatted(name), PAUSE, e);
    }
  }

  /** Returns the number of calls that were refused. */
  public long refused() {
    return breaker.getMetrics().getNumberOfNotPermittedCalls();
  }
}
