package io.unipin.benchmarks.load;

import io.unipin.cli.loadtest.GrpcTarget;
import io.unipin.cli.loadtest.Reply;
import io.unipin.cli.loadtest.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A target that records the result of each call to a server. Thread-safe for answers, but only one
 * thread may send calls.
 */
final class Witness implements Target {
  private final GrpcTarget target;
  private final IntFunction<Duration> deadlines;
  private final List<Samples.Sample> noted = new ArrayList<>();
  private final long begin = System.nanoTime();
  private int sent;

  /** Creates a target whose n-th call gets the n-th deadline. */
  Witness(GrpcTarget target, IntFunction<Duration> deadlines) {
    this.target = target;
    this.deadlines = deadlines;
  }

  @Override
  public void page(String user, String cursor, Consumer<Reply> done) {
    Duration deadline = deadlines.apply(sent++);
    long at = System.nanoTime();
    target.page(
        user,
        cursor,
        deadline,
        reply -> {
          long took = System.nanoTime() - at;
          Samples.Sample sample =
              new Samples.Sample(
                  at - begin, took, deadline.toNanos(), reply.failure(), reply.degraded());
          synchronized (noted) {
            noted.add(sample);
          }
          done.accept(reply);
        });
  }

  @Override
  public void record(List<Act> acts, Consumer<String> done) {
    target.record(acts, done);
  }

  Samples samples() {
    synchronized (noted) {
      return new Samples(
          noted.stream().sorted(Comparator.comparingLong(Samples.Sample::atNanos)).toList());
    }
  }
}
