package io.unipin.serving.pipeline.cost;

import io.unipin.serving.request.Stage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What the stages of one model have cost lately, by their size, under one set of settings. Thread-safe. */
public final class StageCosts {
  private final Map<Stage, SizedCosts> costs = new EnumMap<>(Stage.class);

  /** Of which nothing is known. */
  public StageCosts() {
    this(new SizedCosts());
  }

  /** Shares what is known of encoding, which depends on the model alone. */
  public StageCosts(SizedCosts encoding) {
    for (Stage stage : Stage.values()) {
      costs.put(stage, stage == Stage.ENCODE ? encoding : new SizedCosts());
    }
  }

  /** Of one stage. */
  public SizedCosts of(Stage stage) {
    return Objects.requireNonNull(costs.get(stage));
  }
}
