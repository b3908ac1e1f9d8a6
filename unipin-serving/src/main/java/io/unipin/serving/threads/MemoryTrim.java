package io.unipin.serving.threads;

import io.unipin.model.engine.NativeMemory;
import java.time.Duration;

/**
 * Gives freed native memory back to the system at regular intervals.
 *
 * <p>Histories differ in length, and so do the gaps that freed blocks leave between used blocks.
 * The allocator cannot reuse all of these gaps, so it keeps memory that nobody needs. While memory
 * is given back, threads that allocate native memory wait.
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
