package io.unipin.serving.threads;

import io.unipin.model.NativeMemory;
import java.time.Duration;

/**
 * Gives what native code has freed back to the system, every now and then: histories have many lengths, and so have the
 * pieces between what is in use. Who allocates meanwhile waits, a tenth of a second with 30 MB to give back.
 */
public final class MemoryTrim implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMinutes(10);

  private final Recurring trimming;

  private MemoryTrim(Recurring trimming) {
    this.trimming = trimming;
  }

  public static MemoryTrim start() {
    return start(EVERY, NativeMemory::trim);
  }

  public static MemoryTrim start(Duration every, Runnable trim) {
    return new MemoryTrim(Recurring.start("memory-trim", every, trim));
  }

  @Override
  public void close() {
    trimming.close();
  }
}
