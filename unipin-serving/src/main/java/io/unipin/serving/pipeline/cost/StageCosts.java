package io.unipin.serving.pipeline.cost;

import io.unipin.serving.request.Stage;
import io.unipin.serving.request.StageTimes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The recent costs of one model's stages, by size, under one set of settings. {@link
 * io.unipin.serving.estimate.TypicalCost} has the rules by which a cost recovers after a pause.
 * Thread-safe.
 */
public final class StageCosts implements StageTimes {
  private final Map<Stage, SizedCosts> costs = new EnumMap<>(Stage.class);

  /** Creates costs without data. */
  public StageCosts() {
    this(new SizedCosts());
  }

  /**
   * Creates costs that use the given costs of encoding. All settings of a model share these costs,
   * because encoding depends on the model alone.
   */
  public StageCosts(SizedCosts encoding) {
    for (Stage stage : Stage.values()) {
      costs.put(stage, stage == Stage.ENCODE ? encoding : new SizedCosts());
    }
  }

  @Override
  public void took(Stage stage, long size, long nanos, long now) {
    of(stage).took(size, nanos, now);
  }

  /** Returns the costs of one stage. */
  public SizedCosts of(Stage stage) {
    return Objects.requireNonNull(costs.get(stage));
  }
}
