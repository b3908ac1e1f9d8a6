package io.unipin.train.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a model is trained for. One that is trained for one task alone is what a joint one is
 * compared with.
 */
public enum Task {
  /** To find items and to predict actions. */
  @JsonProperty("joint")
  JOINT,
  /** To find items: no action is masked, no feedview read. */
  @JsonProperty("retrieval")
  RETRIEVAL,
  /** To predict actions: no position has an item to find. */
  @JsonProperty("ranking")
  RANKING;

  public boolean retrieves() {
    return this != RANKING;
  }

  public boolean ranks() {
    return this != RETRIEVAL;
  }
}
