package io.unipin.serving.console;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.serving.metrics.LiveSample;
import io.unipin.serving.threads.Recurring;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Samples of a server's figures from the last five minutes, one sample per second. With these
 * samples, the charts are full as soon as the page opens. Thread-safe.
 */
final class LiveSeries implements AutoCloseable {
  private static final int SAMPLES = 300;

  private final Supplier<LiveSample> source;
  private final Recurring sampling;

  @GuardedBy("this")
  private final Deque<LiveSample> samples = new ArrayDeque<>();

  LiveSeries(Supplier<LiveSample> source) {
    this.source = source;
    take();
    sampling = Recurring.start("console-samples", Duration.ofSeconds(1), this::take);
  }

  private void take() {
    LiveSample sample = source.get();
    synchronized (this) {
      samples.addLast(sample);
      if (samples.size() > SAMPLES) {
        samples.removeFirst();
      }
    }
  }

  /** Returns the samples after the given time, oldest first. */
  synchronized List<LiveSample> after(long timeMs) {
    return samples.stream().filter(sample -> sample.timeMs() > timeMs).toList();
  }

  @Override
  public void close() {
    sampling.close();
  }
}
