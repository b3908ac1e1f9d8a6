package io.unipin.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes that the threads of this process have allocated on the heap, and the processor time
 * that they have used, at one moment.
 */
public final class ThreadCosts {
  /** The name of the group of all threads that run no Java code: compilers, collectors and others. */
  static final String JVM = "jvm";

  private static final double MILLIS = 1e6;

  private final Map<Long, Cost> threads = new HashMap<>();
  private final long processNanos;

  /** What one thread has cost since its start. */
  private record Cost(String name, long bytes, long nanos) {}

  /**
   * What a page costs.
   *
   * @param bytes allocated bytes
   * @param cpuMs processor time in milliseconds, by group of threads; the names of the threads of a
   *     group differ only in numbers at their end
   */
  public record PerPage(double bytes, Map<String, Double> cpuMs) {}

  private ThreadCosts(ThreadMXBean beans, OperatingSystemMXBean system) {
    processNanos = system.getProcessCpuTime();
    long[] ids = beans.getAllThreadIds();
    long[] bytes = beans.getThreadAllocatedBytes(ids);
    long[] nanos = beans.getThreadCpuTime(ids);
    ThreadInfo[] infos = beans.getThreadInfo(ids);
    for (int i = 0; i < ids.length; i++) {
      if (infos[i] != null && bytes[i] >= 0 && nanos[i] >= 0) {
        threads.put(ids[i], new Cost(infos[i].getThreadName(), bytes[i], nanos[i]));
      }
    }
  }

  private static ThreadCosts now() {
    if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean beans
        && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      return new ThreadCosts(beans, system);
    }
    throw new IllegalStateException("a JVM that counts the bytes of each thread expected");
  }

  /**
   * Runs pages and returns the mean cost of one page. The costs of the calling thread, and of
   * threads whose names begin with {@code caller}, are left out.
   */
  public static PerPage of(int pages, String caller, Runnable page) {
    ThreadCosts before = now();
    for (int i = 0; i < pages; i++) {
      page.run();
    }
    ThreadCosts after = now();
    Map<String, Double> cpuMs = new TreeMap<>();
    double bytes = 0;
    double javaMs = 0;
    for (Map.Entry<Long, Cost> thread : after.threads.entrySet()) {
      Cost end = thread.getValue();
      Cost begin = before.threads.getOrDefault(thread.getKey(), new Cost(end.name(), 0, 0));
      double ms = (end.nanos() - begin.nanos()) / MILLIS / pages;
      javaMs += ms;
      boolean calls =
          thread.getKey() == Thread.currentThread().getId() || end.name().startsWith(caller);
      if (!calls) {
        bytes += (double) (end.bytes() - begin.bytes()) / pages;
        if (ms > 0) {
          cpuMs.merge(group(end.name()), ms, Double::sum);
        }
      }
    }
    double processMs = (after.processNanos - before.processNanos) / MILLIS / pages;
    cpuMs.put(JVM, Math.max(0, processMs - javaMs));
    return new PerPage(bytes, cpuMs);
  }

  /** Returns a thread's name without the numbers at its end. */
  static String group(String name) {
    return name.replaceAll("([-# ]?\\d+)+$", "");
  }
}
