package io.unipin.serving.pipeline;

import io.unipin.kvcache.KvLease;
import io.unipin.model.ServingModel;
import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.pipeline.cost.Ladder;
import io.unipin.serving.request.Candidate;
import io.unipin.serving.request.Stage;
import java.util.List;
import java.util.function.Supplier;

/**
 * Scores candidates with the keys and values that retrieval encoded. The serving bundle's model
 * encodes and scores. Thread-safe.
 */
final class CachedRanking implements RankingModel {
  private final ModelCosts costs;

  CachedRanking(ModelCosts costs) {
    this.costs = costs;
  }

  @Override
  public CostedModel costs(LoadedBundle serving) {
    return costs.of(serving.model());
  }

  @Override
  public float[] score(UserSession user, List<Candidate> candidates) {
    ServingModel model = user.bundle().model();
    KvLease lease = user.lease();
    int[] rows = candidates.stream().mapToInt(Candidate::row).toArray();
    user.clock().enter(Stage.SCORE, Ladder.scoreSize(model.config(), rows.length, lease.rows()));
    return model.score(lease.kv(), lease.rows(), rows, user.context());
  }

  @Override
  public boolean takesCounts() {
    return true;
  }

  /**
   * Returns false, because this model scores with the state that retrieval encoded and has no state
   * of its own.
   */
  @Override
  public boolean isResident(String user) {
    return false;
  }

  @Override
  public int refresh(String user, Supplier<TokenSequence> history) {
    return 0;
  }

  @Override
  public void check(LoadedBundle serving) {}
}
