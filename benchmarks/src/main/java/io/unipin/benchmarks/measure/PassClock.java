package io.unipin.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;

/**
 * The clock with which the time of a pass is measured.
 *
 * <p>If the engine computes in the calling thread, the clock is the processor time of this thread.
 * Other programs disturb processor time less than wall time. Otherwise the clock is the wall clock.
 */
public enum PassClock {
  THREAD_CPU,
  WALL;

  public static PassClock find() {
    boolean oneThread = "1".equals(System.getProperty("ai.djl.pytorch.num_threads"));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return oneThread && threads.isCurrentThreadCpuTimeSupported() ? THREAD_CPU : WALL;
  }

  public LongSupplier nanos() {
    return switch (this) {
      case THREAD_CPU -> ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;
      case WALL -> System::nanoTime;
    };
  }

  /** Returns the name that the clock has in figures. */
  public String label() {
    return this == THREAD_CPU ? "thread_cpu" : "wall";
  }
}
