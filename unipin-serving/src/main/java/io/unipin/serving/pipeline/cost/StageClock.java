package io.unipin.serving.pipeline.cost;

import io.unipin.serving.request.CallBudget;
import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Measures the stages of one request and stops it between them when its time is used up. One thread. */
public final class StageClock {
  private final CallBudget budget;
  private final LongSupplier nanos;
  private final List<StageRun> runs = new ArrayList<>();
  private @Nullable StageCosts costs;
  private @Nullable SizedCosts taught;
  private @Nullable Stage current;
  private long size;
  private long since;

  /** The second argument tells the time in nanoseconds, from any origin. */
  public StageClock(CallBudget budget, LongSupplier nanos) {
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Tells these costs what stages take that are entered from now on. */
  public void report(StageCosts costs) {
    this.costs = costs;
  }

  /** Ends the stage before and begins the next, if there is time for it. */
  public void enter(Stage stage) {
    enter(stage, 1);
  }

  /** Like {@link #enter(Stage)}, for a stage whose cost depends on a size. */
  public void enter(Stage stage, long size) {
    stop();
    budget.check();
    current = stage;
    taught = costs == null ? null : costs.of(stage);
    this.size = size;
  }

  public Duration remaining() {
    return budget.remaining();
  }

  /** The time at which the running stage was entered, or the last one ended. */
  long since() {
    return since;
  }

  /** Ends the last stage, which failed: what it took tells nothing. */
  public void fail() {
    taught = null;
    stop();
  }

  /** Ends the last stage. */
  public void stop() {
    long now = nanos.getAsLong();
    if (current != null) {
      runs.add(new StageRun(current, since, now));
      if (taught != null) {
        taught.took(size, now - since, now);
      }
    }
    current = null;
    since = now;
  }

  /** Nanoseconds of every stage that was entered. */
  public Map<Stage, Long> spent() {
    Map<Stage, Long> spent = new EnumMap<>(Stage.class);
    for (StageRun run : runs) {
      spent.merge(run.stage(), run.end() - run.begin(), Long::sum);
    }
    return Map.copyOf(spent);
  }

  /** All runs of stages that have ended, in order; a stage may run more than once. */
  public List<StageRun> runs() {
    return List.copyOf(runs);
  }
}
