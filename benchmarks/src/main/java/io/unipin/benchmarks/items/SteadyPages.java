package io.unipin.benchmarks.items;

import io.unipin.benchmarks.measure.Latencies;
import io.unipin.cli.loadtest.Pace;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinClient;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests pages at a steady rate, without waiting for earlier pages. The time of a page counts
 * from the moment at which its request was due. Thread-safe.
 */
final class SteadyPages {
  private static final int THREADS = 16;
  private static final int PAGE = 20;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Pace pace = Pace.ofSystem();
  private final UniPinClient client;
  private final Visitors visitors;
  private final long everyNanos;
  private final Map<RequestException.Kind, Integer> failed = new ConcurrentSkipListMap<>();

  SteadyPages(UniPinClient client, Visitors visitors, double perSecond) {
    this.client = client;
    this.visitors = visitors;
    this.everyNanos = Math.round(1e9 / perSecond);
  }

  /** Requests pages and returns their times. */
  Latencies play(Duration length) throws InterruptedException {
    Latencies times = new Latencies();
    long begin = System.nanoTime();
    long calls = length.toNanos() / everyNanos;
    AtomicLong next = new AtomicLong();
    ExecutorService callers = Executors.newFixedThreadPool(THREADS);
    for (int i = 0; i < THREADS; i++) {
      callers.execute(
          () -> {
            for (long n = next.getAndIncrement(); n < calls; n = next.getAndIncrement()) {
              page((int) (n % visitors.count()), begin + n * everyNanos, times);
            }
          });
    }
    callers.shutdown();
    callers.awaitTermination(length.toSeconds() + 60, TimeUnit.SECONDS);
    return times;
  }

  private void page(int visitor, long due, Latencies times) {
    pace.awaitNanos(due);
    try {
      client.retrieveAndRank(visitors.page(visitor, PAGE));
      times.add((System.nanoTime() - due) / NANOS_PER_MILLI);
    } catch (RequestException e) {
      failed.merge(e.kind(), 1, Integer::sum);
    }
  }

  /** Returns how many pages were not answered, by the kind of the failure. */
  Map<RequestException.Kind, Integer> failed() {
    return Collections.unmodifiableMap(failed);
  }
}
