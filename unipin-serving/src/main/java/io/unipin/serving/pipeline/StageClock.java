package io.unipin.serving.pipeline;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures the stages of one request and stops it between them when its time is used up. One thread. */
public final class StageClock {
  private final CallBudget budget;
  private final LongSupplier nanos;
  private final Map<Stage, Long> spent = new EnumMap<>(Stage.class);
  private @Nullable Stage current;
  private long since;

  /** The second argument tells the time in nanoseconds, from any origin. */
  public StageClock(CallBudget budget, LongSupplier nanos) {
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Ends the stage before and begins the next, if there is time for it. */
  void enter(Stage stage) {
    stop();
    budget.check();
    current = stage;
  }

  Duration remaining() {
    return budget.remaining();
  }

  /** Ends the last stage. */
  public void stop() {
    long now = nanos.getAsLong();
    if (current != null) {
      spent.merge(current, now - since, Long::sum);
    }
    current = null;
    since = now;
  }

  /** Nanoseconds of every stage that was entered. */
  public Map<Stage, Long> spent() {
    return Map.copyOf(spent);
  }
}
