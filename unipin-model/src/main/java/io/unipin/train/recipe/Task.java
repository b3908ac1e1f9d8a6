package io.unipin.train.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The task for which a model is trained. A joint model is compared with models for a single task.
 */
public enum Task {
  /** Trains retrieval and ranking together. */
  @JsonProperty("joint")
  JOINT,
  /** Trains only retrieval: no action is masked and no feedview is read. */
  @JsonProperty("retrieval")
  RETRIEVAL,
  /** Trains only ranking: no position predicts an item. */
  @JsonProperty("ranking")
  RANKING;

  public boolean retrieves() {
    return this != RANKING;
  }

  public boolean ranks() {
    return this != RETRIEVAL;
  }
}
