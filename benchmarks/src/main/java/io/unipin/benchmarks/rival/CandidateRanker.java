package io.unipin.benchmarks.rival;

/** A rival model that predicts the actions on any candidates. */
public interface CandidateRanker {
  /**
   * Returns the probability of each action for each candidate: (candidates, actions).
   *
   * @param history number of the user's earlier actions
   * @param surface index of the surface on which the candidates would be shown
   * @param items catalogue rows of the candidates
   */
  float[] probabilities(int user, int history, int surface, int[] items);
}
