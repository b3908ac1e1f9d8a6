package io.unipin.serving.pipeline;

import io.unipin.model.ServingModel;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.ReloadCosts;
import io.unipin.serving.pipeline.cost.SizedCosts;
import io.unipin.serving.pipeline.cost.StageCosts;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The costs of the stages, separately for each loaded model and each set of retrieval settings.
 *
 * <p>An arm with a heavier model or a wider search does not affect the costs of other arms. The
 * costs of encoding depend only on the model.
 *
 * <p>The costs of a model are dropped together with the model. Thread-safe.
 */
public final class ModelCosts {
  private final Map<ServingModel, OfModel> models;

  /** Settings on which the cost of a stage depends, in addition to the model. */
  private final RetrievalConfig settings;

  private final ReloadCosts reloads;

  private static final class OfModel {
    private final SizedCosts encoding = new SizedCosts();
    private final ConcurrentMap<RetrievalConfig, StageCosts> costs = new ConcurrentHashMap<>();
  }

  ModelCosts(RecommenderConfig config) {
    this(Collections.synchronizedMap(new WeakHashMap<>()), config.retrieval(), new ReloadCosts());
  }

  private ModelCosts(
      Map<ServingModel, OfModel> models, RetrievalConfig settings, ReloadCosts reloads) {
    this.models = models;
    this.settings = settings;
    this.reloads = reloads;
  }

  /** Returns costs of the same models under other settings. */
  ModelCosts with(RecommenderConfig config) {
    return new ModelCosts(models, config.retrieval(), reloads);
  }

  /** Returns the costs of reads from the tier below the cache, which all models share. */
  ReloadCosts reloads() {
    return reloads;
  }

  /**
   * Returns the costs of a model. Every run of a stage that is reported to the returned object
   * updates the costs.
   */
  public CostedModel of(ServingModel model) {
    OfModel known = models.computeIfAbsent(model, any -> new OfModel());
    StageCosts costs = known.costs.computeIfAbsent(settings, any -> new StageCosts(known.encoding));
    return new CostedModel(model.config(), costs);
  }
}
