package io.unipin.serving.redis;

import io.unipin.serving.failure.ServingException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Repeats calls of tests until they succeed, for 30 s at most. */
public final class Eventually {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private Eventually() {}

  /** Returns the first result of a call that does not fail. */
  public static <T> T returns(Supplier<T> call) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return call.get();
      } catch (ServingException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        pause();
      }
    }
  }

  /** Waits until a condition holds. */
  public static void holds(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the condition did not come to hold");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
