package io.unipin.serving.pipeline;

import io.unipin.model.ServingModel;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.SizedCosts;
import io.unipin.serving.pipeline.cost.StageCosts;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What stages cost, of every loaded model by itself: an arm with a heavier model, or that searches wider, tells nothing of the
 * others. Encoding is known per model alone.
 *
 * <p>What is known of a model goes with it. Thread-safe.
 */
public final class ModelCosts {
  private final Map<ServingModel, OfModel> models;

  /** What the cost of a stage depends on, beside the model. */
  private final RetrievalConfig settings;

  private static final class OfModel {
    private final SizedCosts encoding = new SizedCosts();
    private final ConcurrentMap<RetrievalConfig, StageCosts> costs = new ConcurrentHashMap<>();
  }

  ModelCosts(RecommenderConfig config) {
    this(Collections.synchronizedMap(new WeakHashMap<>()), config.retrieval());
  }

  private ModelCosts(Map<ServingModel, OfModel> models, RetrievalConfig settings) {
    this.models = models;
    this.settings = settings;
  }

  /** The same models under other settings. */
  ModelCosts with(RecommenderConfig config) {
    return new ModelCosts(models, config.retrieval());
  }

  /** Returns the costs of a model, and learns from what reports to them. */
  public CostedModel of(ServingModel model) {
    OfModel known = models.computeIfAbsent(model, any -> new OfModel());
    StageCosts costs = known.costs.computeIfAbsent(settings, any -> new StageCosts(known.encoding));
    return new CostedModel(model.config(), costs);
  }
}
