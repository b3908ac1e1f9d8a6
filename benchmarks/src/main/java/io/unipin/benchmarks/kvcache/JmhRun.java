package io.unipin.benchmarks.kvcache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one of the {@link KvBenchmarks} in a process of its own. */
public final class JmhRun {
  /** The compared stores. The first store is UniPin's cache. */
  public static final List<String> STORES =
      List.of("unipin", "caffeine_heap", "ohc", "libtorch_map");

  private static final long HEAP_MB = 768;

  private final TimeValue iteration;
  private final int iterations;

  public JmhRun(long iterationMs, int iterations) {
    this.iteration = TimeValue.milliseconds(iterationMs);
    this.iterations = iterations;
  }

  /**
   * The cost of one operation.
   *
   * @param nanos nanoseconds per operation and thread
   * @param error half of the width of the 99.9 % confidence interval of {@code nanos}
   * @param bytes bytes that one operation allocates on the heap
   * @param gcShare share of the time that the garbage collector used, by its own counters
   */
  public record Cost(double nanos, double error, double bytes, double gcShare) {
    /** Returns the cost as JSON. */
    public Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("ns", nanos);
      json.put("ns_error", error);
      json.put("allocated_bytes", bytes);
      json.put("gc_share", gcShare);
      return json;
    }
  }

  /** Measures one operation on one store. */
  public Cost run(String operation, String store, int threads) {
    try {
      RunResult result =
          new Runner(
                  new OptionsBuilder()
                      .include("^" + KvBenchmarks.class.getName() + "\\." + operation + "$")
                      .param("store", store)
                      .threads(threads)
                      .forks(1)
                      .warmupIterations(2)
                      .warmupTime(iteration)
                      .measurementIterations(iterations)
                      .measurementTime(iteration)
                      .addProfiler(GCProfiler.class)
                      .jvmArgs(jvm())
                      .verbosity(VerboseMode.SILENT)
                      .shouldFailOnError(true)
                      .build())
              .runSingle();
      double seconds = iterations * iteration.getTime() / 1e3;
      return new Cost(
          result.getPrimaryResult().getScore(),
          result.getPrimaryResult().getScoreError(),
          secondary(result, "gc.alloc.rate.norm"),
          secondary(result, "gc.time") / 1e3 / seconds);
    } catch (RunnerException e) {
      throw new IllegalStateException(operation + " of " + store + " failed", e);
    }
  }

  private static double secondary(RunResult result, String name) {
    double sum = 0;
    for (String each : result.getSecondaryResults().keySet()) {
      double score = each.endsWith(name) ? result.getSecondaryResults().get(each).getScore() : 0;
      sum += Double.isNaN(score) ? 0 : score;
    }
    return sum;
  }

  /**
   * Returns JVM options: this process's settings of the engine, a small heap, and the options that
   * OHC needs.
   */
  private static String[] jvm() {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Xmx" + HEAP_MB + "m");
    arguments.add("-XX:MaxDirectMemorySize=768m");
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("ai.djl.") || name.equals("OPT_OUT_TRACKING")) {
                arguments.add("-D" + name + "=" + value);
              }
            });
    arguments.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    arguments.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    return arguments.toArray(String[]::new);
  }
}
