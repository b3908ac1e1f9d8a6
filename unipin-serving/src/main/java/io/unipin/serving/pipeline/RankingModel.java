package io.unipin.serving.pipeline;

import io.unipin.model.features.TokenSequence;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.pipeline.cost.CostedModel;
import io.unipin.serving.request.Candidate;
import java.util.List;
import java.util.function.Supplier;

/**
 * What tells the probabilities of candidates. A server's own, {@link CachedRanking}, reads the keys and values of the
 * session; a benchmark puts rivals in its place. Thread-safe.
 */
public interface RankingModel {
  /** Makes a ranking model out of the parts of a pipeline. */
  interface Factory {
    /**
     * @param encoder encodes histories into the pipeline's cache
     * @param costs of the pipeline's stages
     */
    RankingModel of(UserEncoder encoder, ModelCosts costs);
  }

  /** Returns what scoring costs for requests of a bundle. */
  CostedModel costs(LoadedBundle serving);

  /**
   * Enters the stage and scores.
   *
   * @return (candidates, actions) probabilities
   */
  float[] score(UserSession user, List<Candidate> candidates);

  /** Whether the cache holds state of the user that is this model's own. */
  boolean isResident(String user);

  /**
   * Brings what the cache holds of the user, and is this model's own, up to a history.
   *
   * @return number of actions encoded
   */
  int refresh(String user, Supplier<TokenSequence> history);

  /** Refuses a bundle whose candidates this model can't score. */
  void check(LoadedBundle serving);
}
