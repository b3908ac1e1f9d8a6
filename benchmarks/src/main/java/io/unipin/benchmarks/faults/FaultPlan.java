package io.unipin.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A sequence of faults. A seed determines the sequence, so a test that fails can be repeated.
 * Immutable.
 *
 * @param steps the faults, one after the other
 */
public record FaultPlan(List<Step> steps) {
  private static final List<Fault> FAULTS =
      List.of(Fault.DELAY, Fault.CUT, Fault.HALF_OPEN, Fault.RESET);

  /**
   * A fault at one of several proxies.
   *
   * @param proxy the proxy's position in the list of proxies
   * @param time how long the fault lasts
   */
  public record Step(int proxy, Fault fault, Duration time) {}

  public FaultPlan {
    steps = List.copyOf(steps);
  }

  /**
   * Draws a plan. Each group of four steps has every kind of fault once, in random order.
   *
   * @param proxies number of proxies; each step disturbs one of them
   * @param shortest shortest duration of a fault
   * @param longest longest duration of a fault
   */
  public static FaultPlan of(
      long seed, int steps, int proxies, Duration shortest, Duration longest) {
    Random random = new Random(seed);
    List<Fault> left = new ArrayList<>();
    List<Step> plan = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      if (left.isEmpty()) {
        left.addAll(FAULTS);
      }
      Fault fault = left.remove(random.nextInt(left.size()));
      long spread = longest.toNanos() - shortest.toNanos();
      Duration time = shortest.plusNanos((long) (random.nextDouble() * spread));
      plan.add(new Step(random.nextInt(proxies), fault, time));
    }
    return new FaultPlan(plan);
  }

  /** Runs the faults one after the other. After each fault, its proxy passes all bytes on again. */
  public void run(List<TcpProxy> proxies) throws InterruptedException {
    for (Step step : steps) {
      TcpProxy proxy = proxies.get(step.proxy());
      proxy.set(step.fault());
      try {
        TimeUnit.NANOSECONDS.sleep(step.time().toNanos());
      } finally {
        proxy.set(Fault.NONE);
      }
    }
  }
}
