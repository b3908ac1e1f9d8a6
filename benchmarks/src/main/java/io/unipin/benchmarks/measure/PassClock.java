package io.unipin.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;

/**
 * What a pass is timed with: the calling thread's own processor time where the engine computes in that thread, so that other
 * programs on the machine count for less; else the wall clock.
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

  /** As in figures. */
  public String label() {
    return this == THREAD_CPU ? "thread_cpu" : "wall";
  }
}
