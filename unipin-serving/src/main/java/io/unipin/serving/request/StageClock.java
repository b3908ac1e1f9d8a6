package io.unipin.serving.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures the stages of one request. It ends the request between two stages when the request's
 * time is used up. Not thread-safe.
 */
public final class StageClock {
  private final CallBudget budget;
  private final LongSupplier nanos;
  private final List<StageRun> runs = new ArrayList<>();
  private @Nullable StageTimes times;
  private @Nullable StageTimes taught;
  private @Nullable Stage current;
  private long size;
  private long since;

  /** Creates a clock. {@code nanos} returns the time in nanoseconds from any origin. */
  public StageClock(CallBudget budget, LongSupplier nanos) {
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Sets the receiver of the times of all stages that are entered from now on. */
  public void report(StageTimes times) {
    this.times = times;
  }

  /** Ends the previous stage and begins the next stage. Throws if the request's time is used up. */
  public void enter(Stage stage) {
    enter(stage, 1);
  }

  /** Does the same as {@link #enter(Stage)} for a stage whose cost depends on {@code size}. */
  public void enter(Stage stage, long size) {
    stop();
    budget.check();
    current = stage;
    taught = times;
    this.size = size;
  }

  public Duration remaining() {
    return budget.remaining();
  }

  /** Returns the time at which the running stage began or the last stage ended. */
  public long since() {
    return since;
  }

  /** Ends the running stage, which has failed. The time of this stage is not reported. */
  public void fail() {
    taught = null;
    stop();
  }

  /** Ends the running stage, if there is one. */
  public void stop() {
    long now = nanos.getAsLong();
    if (current != null) {
      runs.add(new StageRun(current, since, now));
      if (taught != null) {
        taught.took(current, size, now - since, now);
      }
    }
    current = null;
    since = now;
  }

  /** Returns the nanoseconds of every stage that was entered. */
  public Map<Stage, Long> spent() {
    Map<Stage, Long> spent = new EnumMap<>(Stage.class);
    for (StageRun run : runs) {
      spent.merge(run.stage(), run.end() - run.begin(), Long::sum);
    }
    return Map.copyOf(spent);
  }

  /** Returns all finished runs of stages, in order. A stage may run more than once. */
  public List<StageRun> runs() {
    return List.copyOf(runs);
  }
}
