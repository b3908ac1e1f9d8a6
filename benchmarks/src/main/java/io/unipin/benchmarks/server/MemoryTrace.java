package io.unipin.benchmarks.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Records a server's resident memory at equal intervals until it is closed. Thread-safe. */
public final class MemoryTrace implements AutoCloseable {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final BenchServer server;
  private final long begin = System.nanoTime();
  private final List<Point> points = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /** The resident memory in MiB at one time. The time is in minutes from the start of the trace. */
  public record Point(double minute, double mib) {}

  public MemoryTrace(BenchServer server, long seconds) {
    this.server = server;
    var unused = clock.scheduleAtFixedRate(this::note, 0, seconds, TimeUnit.SECONDS);
  }

  private void note() {
    try {
      double mib = server.residentMib();
      synchronized (points) {
        points.add(new Point((System.nanoTime() - begin) / NANOS_PER_MINUTE, mib));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the server has ended", e); // ends the trace
    }
  }

  public List<Point> points() {
    synchronized (points) {
      return List.copyOf(points);
    }
  }

  /**
   * Returns the slope in MiB per minute, by least squares over the points from {@code fromMinute}
   * on. Returns NaN for fewer than two points.
   */
  public static double slope(List<Point> points, double fromMinute) {
    List<Point> late = points.stream().filter(p -> p.minute >= fromMinute).toList();
    double meanMinute = late.stream().mapToDouble(Point::minute).average().orElse(0);
    double meanMib = late.stream().mapToDouble(Point::mib).average().orElse(0);
    double above = 0;
    double below = 0;
    for (Point point : late) {
      above += (point.minute - meanMinute) * (point.mib - meanMib);
      below += (point.minute - meanMinute) * (point.minute - meanMinute);
    }
    return above / below;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
