package io.unipin.serving.pipeline;

import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.request.Candidate;
import java.util.List;
import java.util.function.Supplier;

/**
 * Predicts the probabilities of candidates. The server's own model, {@link CachedRanking}, reads
 * the keys and values of the session. Benchmarks use rival models. Thread-safe.
 */
public interface RankingModel {
  /** Creates the ranking model of a pipeline from other parts of the pipeline. */
  interface Factory {
    /**
     * Makes the model that ranks in one pipeline.
     *
     * @param encoder encodes histories into the pipeline's cache
     * @param costs costs of the pipeline's stages
     */
    RankingModel of(UserEncoder encoder, ModelCosts costs);
  }

  /** Creates the server's own ranking model, {@link CachedRanking}. */
  Factory CACHED = (encoder, costs) -> new CachedRanking(costs);

  /** Returns the cost of scoring for requests of a bundle. */
  CostedModel costs(LoadedBundle serving);

  /**
   * Enters the scoring stage and scores candidates.
   *
   * @return probabilities (candidates, actions)
   */
  float[] score(UserSession user, List<Candidate> candidates);

  /** Whether a bundle's counts, which training fitted to the bundle's model, fit this model. */
  boolean takesCounts();

  /** Whether the cache holds this model's own state of the user. */
  boolean isResident(String user);

  /**
   * Extends this model's own cached state of the user to the given history.
   *
   * @return number of actions encoded
   */
  int refresh(String user, Supplier<TokenSequence> history);

  /** Throws if this model can't score the candidates of a bundle. */
  void check(LoadedBundle serving);
}
