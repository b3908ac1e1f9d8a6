package io.unipin.serving.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls at once while Redis is unavailable, so that they don't wait for Redis. After half a
 * second, lets three calls try again.
 *
 * <p>The breaker learns from the answers of Redis, not from the patience of callers. If a caller
 * leaves before the answer, the breaker itself waits for the answer, for as long as a caller with
 * enough time would wait. So callers with little time open the breaker only if Redis really does
 * not answer. Thread-safe.
 */
public final class RedisBreaker {
  private static final Logger logger = LoggerFactory.getLogger(RedisBreaker.class);
  private static final int WINDOW = 20;
  private static final int LEAST_CALLS = 4;
  private static final int TRIALS = 3;
  private static final float FAILED_PERCENT = 50;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final String name;
  private final Duration patience;
  private final CircuitBreaker breaker;
  private final AtomicLong opened = new AtomicLong();

  /**
   * Counts all refusals, because the library's own count begins at 0 again after each change of the
   * state.
   */
  private final LongAdder refused = new LongAdder();

  /**
   * The number of changes of the state. An answer to a call from before a change is not counted.
   */
  private final AtomicLong changes = new AtomicLong();

  /**
   * Creates a breaker.
   *
   * @param name name of the store in messages, such as {@code history}
   * @param patience time after which a missing answer shows that Redis is unavailable
   */
  public RedisBreaker(String name, Duration patience) {
    this.name = name;
    this.patience = patience;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(WINDOW)
                .minimumNumberOfCalls(LEAST_CALLS)
                .failureRateThreshold(FAILED_PERCENT)
                .waitDurationInOpenState(PAUSE)
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .build());
    breaker.getEventPublisher().onStateTransition(event -> changed(event.getStateTransition()));
  }

  private void changed(CircuitBreaker.StateTransition change) {
    changes.incrementAndGet();
    if (change == CircuitBreaker.StateTransition.CLOSED_TO_OPEN) {
      opened.incrementAndGet();
    }
    logger.warn("the {} store's Redis: {}", name, describe(change.getToState()));
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
   * @throws ServingException UNAVAILABLE at once while Redis is unavailable, or the exception that
   *     the call throws
   */
  public <T> T call(Supplier<T> call) {
    if (!breaker.tryAcquirePermission()) {
      refused.increment();
      throw ServingException.unavailable(
          "the %s store's Redis is away".formatted(name), PAUSE, null);
    }
    long state = changes.get();
    long begin = System.nanoTime();
    boolean ended = false;
    try {
      T answer = call.get();
      ended = true;
      breaker.onSuccess(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
      return answer;
    } catch (RuntimeException e) {
      ended = true;
      failed(e, begin, state);
      throw e;
    } finally {
      if (!ended) { // an error of this process tells nothing about Redis
        breaker.releasePermission();
      }
    }
  }

  private void failed(RuntimeException failure, long begin, long state) {
    long left = patience.toNanos() - (System.nanoTime() - begin);
    Optional<CompletionStage<?>> pending = RedisAnswers.pending(failure);
    if (pending.isEmpty() || left <= 0) {
      boolean away =
          failure instanceof ServingException known && known.kind() == FailureKind.UNAVAILABLE;
      count(away ? failure : null, begin);
      return;
    }
    CompletableFuture<Boolean> answered = new CompletableFuture<>();
    CompletionStage<?> unusedEnd = pending.get().whenComplete((answer, e) -> end(answered, e));
    CompletableFuture<?> unusedCount =
        answered
            .orTimeout(left, TimeUnit.NANOSECONDS)
            .whenComplete(
                (answer, e) -> {
                  if (changes.get() == state) {
                    count(e, begin);
                  }
                });
  }

  private void end(CompletableFuture<Boolean> answered, @Nullable Throwable failure) {
    if (failure != null && RedisAnswers.showsAbsence(name, failure)) {
      answered.completeExceptionally(failure);
    } else {
      answered.complete(true);
    }
  }

  /** Counts a call. The call failed if {@code away} is not null. */
  private void count(@Nullable Throwable away, long begin) {
    long nanos = System.nanoTime() - begin;
    if (away == null) {
      breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    } else {
      breaker.onError(nanos, TimeUnit.NANOSECONDS, away);
    }
  }

  /** Returns the number of calls that were refused. */
  public long refused() {
    return refused.sum();
  }

  /** Returns the number of times that the breaker began to treat Redis as unavailable. */
  public long opened() {
    return opened.get();
  }

  /**
   * Whether the breaker treats Redis as unavailable. A few calls may still go to Redis to find out
   * whether it is back.
   */
  public boolean isOpen() {
    return breaker.getState() != CircuitBreaker.State.CLOSED;
  }
}
