package io.unipin.serving;

import io.unipin.model.NativeMemory;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives what native code has freed back to the system, every now and then: histories have many lengths, and so have the
 * pieces between what is in use. Who allocates meanwhile waits, a tenth of a second with 30 MB to give back.
 */
final class MemoryTrim implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMinutes(10);

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("memory-trim"));

  private MemoryTrim() {}

  static MemoryTrim start() {
    return start(EVERY, NativeMemory::trim);
  }

  static MemoryTrim start(Duration every, Runnable trim) {
    MemoryTrim started = new MemoryTrim();
    var unused =
        started.clock.scheduleWithFixedDelay(
            trim, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    return started;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
