package io.unipin.train.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a training gives its model counts. */
public enum CountsUse {
  /** Counts, if the log has impressions in its validation part. */
  @JsonProperty("auto")
  AUTO,
  /** No counts. The name is not "off", which YAML reads as a boolean. */
  @JsonProperty("none")
  NONE
}
